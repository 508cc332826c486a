//! What each layer adds, shown over the model: faults that hit, calls that are counted, batches
//! that reach the right provider.

use std::path::Path;
use std::sync::Arc;

use libtest_mimic::Completion;
use reshelve::plan::{Operation, Place};
use reshelve::provider::layer::{CallCounts, FaultLayer, FaultRates, TraceLayer};
use reshelve::provider::{
    BatchReply, BatchRequest, Effect, ErrorKind, MemoryProvider, NoProgress, Provider,
    ProviderError, Retry, Router, TaskId, TaskStatus,
};
use reshelve::tree::Address;

use crate::doing::operation;
use crate::local::Check;
use crate::runtime;
use crate::scene::{alias, build_world, read_back, rows};
use crate::target::{memory, sheet};

pub(crate) const CASES: &[(&str, Check)] = &[
    ("faults hit before or after the effect", faults),
    ("calls are counted", counts),
    ("each space has its own provider", routes),
    ("a provider is asked for all its tasks at once", polls),
];

const SCENE: &[&str] = &["a:/f=5", "a:/g=6"];
const COPIES: &[&str] = &["copy|file|a:/f|a:/h|fail", "copy|file|a:/g|a:/i|fail"];

fn execute(provider: &dyn Provider, texts: &[&str]) -> Result<BatchReply, ProviderError> {
    let operations: Vec<Operation> = (texts.iter().enumerate())
        .map(|(number, text)| operation(number as u32 + 1, text))
        .collect();
    let operations: Vec<&Operation> = operations.iter().collect();
    let request = BatchRequest {
        run: "run-1",
        operations: &operations,
        progress: &NoProgress,
    };
    runtime().unwrap().block_on(provider.execute(&request))
}

fn place(text: &str) -> Place {
    let address = Address::parse(text).unwrap();
    Place::new(address.space, address.path)
}

fn faults(_folder: &Path) -> Completion {
    let always = 1000;
    let none = FaultRates::default();
    let cases = [
        (
            FaultRates {
                before: always,
                ..none
            },
            Some(Effect::NotApplied),
            2,
        ),
        (
            FaultRates {
                throttled: always,
                ..none
            },
            Some(Effect::NotApplied),
            2,
        ),
        (
            FaultRates {
                after: always,
                ..none
            },
            Some(Effect::MayHaveApplied),
            4,
        ),
        (
            FaultRates {
                lost_item: always,
                ..none
            },
            None,
            4,
        ),
    ];
    for (rates, effect, entries) in cases {
        let inner = memory(&rows(SCENE), None);
        let layer = FaultLayer::new(Arc::clone(&inner), rates, 7);
        match (execute(&layer, COPIES), effect) {
            (Ok(reply), None) => assert_eq!(reply.items.len(), 1),
            (Err(error), Some(effect)) => {
                assert_eq!(error.effect, effect);
                let may_repeat = effect == Effect::NotApplied;
                assert_eq!(error.retry != Retry::Never, may_repeat);
            }
            (result, _) => panic!("{rates:?}: {result:?}"),
        }
        let there = runtime().unwrap().block_on(read_back(inner.as_ref()));
        assert_eq!(there.len(), entries, "{rates:?}");
    }
    Completion::Completed
}

fn counts(_folder: &Path) -> Completion {
    let layer = TraceLayer::new(memory(&rows(SCENE), None));
    let _ = execute(&layer, COPIES).unwrap();
    let _ = execute(&layer, COPIES).unwrap();
    runtime().unwrap().block_on(async {
        read_back(&layer).await;
        layer.fetch(&[place("a:/f")]).await.unwrap();
        layer.poll(&[]).await.unwrap();
    });
    let expected = CallCounts {
        reads: 4,
        writes: 2,
    };
    assert_eq!(layer.counts(), expected);
    Completion::Completed
}

fn routes(_folder: &Path) -> Completion {
    let one = memory(&rows(&["a:/f=5", "b:/wrong=1"]), None);
    let two = memory(&rows(&["b:/g=6", "a:/wrong=1"]), None);
    let mut router = Router::new();
    router.add([alias("a")], &one);
    router.add([alias("b")], &two);
    let there = runtime().unwrap().block_on(read_back(&router));
    assert_eq!(there, ["a:/f=5", "b:/g=6"]);
    let places = ["b:/g", "a:/no", "a:/f", "b:/wrong"].map(place);
    let found = runtime().unwrap().block_on(router.fetch(&places)).unwrap();
    let sizes: Vec<_> = found
        .iter()
        .map(|entry| entry.as_ref().map(|entry| entry.seen.attributes.size))
        .collect();
    assert_eq!(sizes, [Some(6), None, Some(5), None]);
    let error = execute(&router, &["copy|file|a:/f|b:/f|fail"]).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    router.lend([alias("a")], &two);
    let error = execute(&router, &["copy|file|b:/g|a:/g|fail"]).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    let reply = execute(&router, &["copy|file|a:/wrong|b:/lent|fail"]).unwrap();
    assert!(reply.items[0].end.is_ok());
    let reply = execute(&router, &["copy|file|b:/g|b:/h|fail"]).unwrap();
    assert!(reply.items[0].end.is_ok());
    let there = runtime().unwrap().block_on(read_back(&router));
    assert_eq!(there, ["a:/f=5", "b:/g=6", "b:/h=6", "b:/lent=1"]);
    Completion::Completed
}

fn polls(_folder: &Path) -> Completion {
    let providers = ["a", "b"].map(|space| {
        let lines = [format!("{space}:/d/"), format!("{space}:/d/f=5")];
        let model = MemoryProvider::new(&build_world(&rows(&lines)), sheet(None));
        Arc::new(TraceLayer::new(Arc::new(model.with_tasks(2))))
    });
    let mut router = Router::new();
    for (space, layer) in ["a", "b"].into_iter().zip(&providers) {
        let provider: Arc<dyn Provider> = layer.clone();
        router.add([alias(space)], &provider);
    }
    let mut tasks = vec![TaskId("7:1".to_owned()), TaskId("nonsense".to_owned())];
    for text in [
        "copy|folder|a:/d|a:/1|fail",
        "copy|folder|b:/d|b:/2|fail",
        "copy|folder|a:/d|a:/3|fail",
    ] {
        let reply = execute(&router, &[text]).unwrap();
        tasks.extend(reply.tasks.into_iter().map(|reply| reply.task));
    }
    let poll = || runtime().unwrap().block_on(router.poll(&tasks)).unwrap();
    let statuses = |running: TaskStatus| {
        let (unknown, other) = (TaskStatus::Unknown, running.clone());
        vec![unknown.clone(), unknown, other.clone(), other, running]
    };
    assert_eq!(poll(), statuses(TaskStatus::Running));
    assert_eq!(poll(), statuses(TaskStatus::Succeeded));
    assert_eq!(providers.map(|layer| layer.counts().reads), [2, 2]);
    Completion::Completed
}
