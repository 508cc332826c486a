//! Calls that change entries. The ones that take many ids are what plans are made of; the others
//! are here for what only they can do, or to compare with.

use super::calls::{Asked, Calls};
use crate::plan::{Disposal, Permissions};
use crate::provider::dingtalk::wire::{
    AddFolder, BatchRemove, BatchRemoveOption, BatchReply, BatchTransfer, BatchTransferOption,
    ConflictStrategy, DentryReply, Id, RemoveReply, Rename, SingleMoveOption, SingleTransfer,
    StrategyOption, TransferReply,
};
use crate::provider::error::ProviderError;
use crate::provider::http::Method;

/// Where entries go that are copied or moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The space.
    pub space: Id,
    /// The folder.
    pub folder: Id,
    /// What happens where a name is taken.
    pub strategy: ConflictStrategy,
}

impl Calls {
    /// `addFolder`: makes one folder.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn add_folder(
        &self,
        space: &Id,
        parent: &Id,
        name: &str,
        strategy: ConflictStrategy,
    ) -> Result<DentryReply, ProviderError> {
        let path = [
            "spaces",
            space.as_str(),
            "dentries",
            parent.as_str(),
            "folders",
        ];
        let option = StrategyOption {
            conflict_strategy: strategy,
        };
        let asked = Asked::write("addFolder", Method::Post, &path);
        self.call(asked.body(&AddFolder { name, option })?).await
    }

    /// `batchCopy`: copies up to 3 entries of a space to one folder.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended. How
    /// each item ended is in the reply.
    pub async fn copy_dentries(
        &self,
        space: &Id,
        dentries: &[Id],
        to: &Destination,
    ) -> Result<BatchReply, ProviderError> {
        let path = ["spaces", space.as_str(), "dentries", "batchCopy"];
        let asked = Asked::write("batchCopy", Method::Post, &path);
        self.call(asked.body(&transfer(dentries, to, None))?).await
    }

    /// `batchMove`: moves up to 30 entries of a space to one folder.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended. How
    /// each item ended is in the reply.
    pub async fn move_dentries(
        &self,
        space: &Id,
        dentries: &[Id],
        to: &Destination,
        permissions: Permissions,
    ) -> Result<BatchReply, ProviderError> {
        let path = ["spaces", space.as_str(), "dentries", "batchMove"];
        let asked = Asked::write("batchMove", Method::Post, &path);
        let body = transfer(dentries, to, Some(permissions));
        self.call(asked.body(&body)?).await
    }

    /// `batchRemove`: removes up to 50 entries of a space.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended. How
    /// each item ended is in the reply.
    pub async fn delete_dentries(
        &self,
        space: &Id,
        dentries: &[Id],
        disposal: Disposal,
    ) -> Result<BatchReply, ProviderError> {
        let path = ["spaces", space.as_str(), "dentries", "batchRemove"];
        let body = BatchRemove {
            dentry_ids: dentries,
            option: BatchRemoveOption {
                to_recycle_bin: disposal == Disposal::Recycle,
            },
        };
        let asked = Asked::write("batchRemove", Method::Post, &path);
        self.call(asked.body(&body)?).await
    }

    /// `copyDentry`: copies one entry.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn copy_dentry(
        &self,
        space: &Id,
        dentry: &Id,
        to: &Destination,
    ) -> Result<TransferReply, ProviderError> {
        let path = [
            "spaces",
            space.as_str(),
            "dentries",
            dentry.as_str(),
            "copy",
        ];
        let body = SingleTransfer {
            target_space_id: &to.space,
            target_folder_id: &to.folder,
            option: StrategyOption {
                conflict_strategy: to.strategy,
            },
        };
        let asked = Asked::write("copyDentry", Method::Post, &path);
        self.call(asked.body(&body)?).await
    }

    /// `moveDentry`: moves one entry.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn move_dentry(
        &self,
        space: &Id,
        dentry: &Id,
        to: &Destination,
        permissions: Permissions,
    ) -> Result<TransferReply, ProviderError> {
        let path = [
            "spaces",
            space.as_str(),
            "dentries",
            dentry.as_str(),
            "move",
        ];
        let body = SingleTransfer {
            target_space_id: &to.space,
            target_folder_id: &to.folder,
            option: SingleMoveOption {
                conflict_strategy: to.strategy,
                preserve_permissions: permissions == Permissions::Preserve,
            },
        };
        let asked = Asked::write("moveDentry", Method::Post, &path);
        self.call(asked.body(&body)?).await
    }

    /// `renameDentry`: gives an entry another name in its folder; refused where the name is taken.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn rename_dentry(
        &self,
        space: &Id,
        dentry: &Id,
        name: &str,
    ) -> Result<DentryReply, ProviderError> {
        let path = [
            "spaces",
            space.as_str(),
            "dentries",
            dentry.as_str(),
            "rename",
        ];
        let asked = Asked::write("renameDentry", Method::Post, &path);
        self.call(asked.body(&Rename { new_name: name })?).await
    }

    /// `deleteDentry`: removes one entry.
    ///
    /// # Errors
    /// As every call: it did not get through, it was refused, or nobody knows how it ended.
    pub async fn delete_dentry(
        &self,
        space: &Id,
        dentry: &Id,
        disposal: Disposal,
    ) -> Result<RemoveReply, ProviderError> {
        let path = ["spaces", space.as_str(), "dentries", dentry.as_str()];
        let recycle = match disposal {
            Disposal::Recycle => "true",
            Disposal::Permanent => "false",
        };
        let asked = Asked::write("deleteDentry", Method::Delete, &path);
        self.call(asked.query("toRecycleBin", recycle)).await
    }
}

fn transfer<'a>(
    dentries: &'a [Id],
    to: &'a Destination,
    permissions: Option<Permissions>,
) -> BatchTransfer<'a> {
    BatchTransfer {
        target_space_id: &to.space,
        target_folder_id: &to.folder,
        dentry_ids: dentries,
        option: BatchTransferOption {
            conflict_strategy: to.strategy,
            preserve_permissions: permissions.map(|wish| wish == Permissions::Preserve),
        },
    }
}
