//! How many calls a second each app may make of each route.

use std::collections::BTreeMap;

use super::calendar::Moment;

const WINDOW: Moment = 1000;

/// Counts calls in windows of one second; a window opens with the first call after the last one
/// ended.
#[derive(Debug, Default)]
pub(crate) struct RateWindows {
    /// Where each window opened and how many calls it has let through.
    open: BTreeMap<(String, &'static str), (Moment, u32)>,
}

impl RateWindows {
    /// Whether another call of this app and route is within the limit, where 0 means no limit.
    pub(crate) fn admits(
        &mut self,
        app: &str,
        route: &'static str,
        limit: u32,
        now: Moment,
    ) -> bool {
        if limit == 0 {
            return true;
        }
        let window = self.open.entry((app.to_owned(), route)).or_insert((now, 0));
        if now >= window.0 + WINDOW || now < window.0 {
            *window = (now, 0);
        }
        window.1 += 1;
        window.1 <= limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_so_many_calls_of_an_app_and_route() {
        // App, route, milliseconds, whether the call is let through with a limit of two.
        let calls = [
            ("a", "list", 100, true),
            ("a", "list", 200, true),
            ("a", "list", 300, false),
            ("a", "query", 300, true),
            ("b", "list", 300, true),
            ("a", "list", 1099, false),
            ("a", "list", 1100, true),
            ("a", "list", 1100, true),
            ("a", "list", 2099, false),
            ("a", "list", 9000, true),
        ];
        let mut windows = RateWindows::default();
        for (app, route, now, admitted) in calls {
            let got = windows.admits(app, route, 2, now);
            assert_eq!(got, admitted, "{app} {route} at {now}");
        }
    }

    #[test]
    fn no_limit_admits_everything() {
        let mut windows = RateWindows::default();
        assert!((0..1000).all(|_| windows.admits("a", "list", 0, 5)));
    }
}
