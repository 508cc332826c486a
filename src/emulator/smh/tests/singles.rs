//! Calls for one file or directory.

use super::stage::{SEED, Stage};

#[test]
fn directories_are_made_with_those_above_them() {
    Stage::new(SEED).play(
        r#"
        PUT directory/one/-/x/y
        < 201 nothing
        PUT directory/one/-/x/y
        < 409 {"code": "SameNameDirectoryOrFileExists"}
        PUT directory/one/-/x/y?conflict_resolution_strategy=rename
        < 201 {"path": ["x", "y (1)"]}
        PUT directory/one/-/x/z?with_inode=1
        < 201 {"inode": "@any", "creationTime": "2026-01-07T09:00:00.000Z", "path": "@absent"}
        PUT directory/one/-/foo/1.jpg?conflict_resolution_strategy=ask
        < 409
        PUT directory/one/-/foo/1.jpg/below?conflict_resolution_strategy=rename
        < 409
        PUT directory/one/-/x?conflict_resolution_strategy=overwrite
        < 400 {"code": "InvalidConflictResolutionStrategy"}
        PUT directory/one/-/
        < 400 {"code": "EmptyPath"}
        PUT directory/one/-/x/../z
        < 400 {"code": "ParamInvalid"}
        "#,
    );
}
