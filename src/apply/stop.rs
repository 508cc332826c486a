//! The wish of a person or the system that a run comes to its end.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells a run to send nothing new. What is in flight is still recorded.
#[derive(Debug, Clone)]
pub struct Stop {
    sender: Arc<watch::Sender<bool>>,
}

impl Stop {
    /// A run may go on.
    pub fn new() -> Self {
        Self {
            sender: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Asks for the end; asking twice changes nothing.
    pub fn request(&self) {
        self.sender.send_replace(true);
    }

    /// Whether the end was asked for.
    pub fn is_requested(&self) -> bool {
        *self.sender.borrow()
    }

    /// Returns once the end is asked for.
    pub async fn requested(&self) {
        let mut receiver = self.sender.subscribe();
        // The sender lives as long as `self`, so that waiting cannot fail.
        let _ = receiver.wait_for(|&requested| requested).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}
