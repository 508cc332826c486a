//! The error codes, each with the HTTP status it comes with.

use std::borrow::Cow;

/// What a call, or one item of it, is refused with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// A wrong argument, with the field's name where there is one.
    Argument(&'static str),
    /// A required argument is not there at all.
    Missing(&'static str),
    ConcurrentControl,
    PermissionDenied,
    OperationNotSupported,
    BinNotSupported,
    SpaceNotExist,
    DentryNotExist,
    TaskNotExist,
    BinNotExist,
    BinItemNotExist,
    DocumentNotExist,
    DentryAlreadyExist,
    DentryNameConflict,
    DentryNameIllegal,
    DentryStoreError,
    TooManyProperties,
    ProtocolNotSupported,
    SpaceQuota,
    SceneQuota,
    AppQuota,
    OrgQuota,
    SystemError,
    OperationTimeout,
    InvalidAuthentication,
    InvalidClient,
    UnknownClient,
    UnsupportedGrant,
    MissingBody,
    RouteNotFound,
    QpsApp,
    QpsApi,
    QpmApp,
    MonthlyQuota,
}

impl Code {
    /// The code as it is written, and its HTTP status.
    pub(crate) fn wire(self) -> (Cow<'static, str>, u16) {
        let (code, status) = match self {
            Self::Argument("") => ("paramError", 400),
            Self::Argument(field) => return (Cow::Owned(format!("paramError.{field}")), 400),
            Self::Missing(field) => return (Cow::Owned(format!("Missing{field}")), 400),
            Self::ConcurrentControl => ("operationConcurrentControl", 400),
            Self::PermissionDenied => ("permissionDenied", 403),
            Self::OperationNotSupported => ("operationNotSupported", 403),
            Self::BinNotSupported => ("recycleBinNotSupportForSpace", 400),
            Self::SpaceNotExist => ("spaceNotExist", 404),
            Self::DentryNotExist => ("dentryNotExist", 404),
            Self::TaskNotExist => ("taskNotExist", 404),
            Self::BinNotExist => ("recycleBinNotExist", 404),
            Self::BinItemNotExist => ("recycleItemNotExist", 404),
            Self::DocumentNotExist => ("documentNotExist", 404),
            Self::DentryAlreadyExist => ("dentryAlreadyExist", 400),
            Self::DentryNameConflict => ("dentryNameConflict", 400),
            Self::DentryNameIllegal => ("dentryNameIllegal", 400),
            Self::DentryStoreError => ("dentryStoreError", 400),
            Self::TooManyProperties => ("dentryAppPropertiesNumberExceedsLimit", 400),
            Self::ProtocolNotSupported => ("dentryUploadProtocolNotSupport", 400),
            Self::SpaceQuota => ("spaceQuotaInsufficient", 400),
            Self::SceneQuota => ("sceneQuotaInsufficient", 400),
            Self::AppQuota => ("appQuotaInsufficient", 400),
            Self::OrgQuota => ("orgQuotaInsufficient", 400),
            Self::SystemError => ("systemError", 500),
            Self::OperationTimeout => ("operationTimeout", 503),
            Self::InvalidAuthentication => ("InvalidAuthentication", 400),
            Self::InvalidClient => ("invalidClientIdOrSecret", 400),
            Self::UnknownClient => ("invalid.client", 400),
            Self::UnsupportedGrant => ("unsupported.grant.type", 400),
            Self::MissingBody => ("Missingbody", 400),
            Self::RouteNotFound => ("InvalidAction.NotFound", 404),
            Self::QpsApp => ("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", 403),
            Self::QpsApi => ("Forbidden.AccessDenied.QpsLimitForApi", 403),
            Self::QpmApp => ("Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", 403),
            Self::MonthlyQuota => ("Forbidden.AccessDenied.ApiCountLimitForOrg", 403),
        };
        (Cow::Borrowed(code), status)
    }

    /// A sentence for people, whose words no client can rely on.
    pub(crate) fn message(self) -> String {
        let (code, _) = self.wire();
        format!("The call was refused: {code}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_in_the_code() {
        let cases = [
            (Code::Argument(""), "paramError", 400),
            (Code::Argument("dentryIds"), "paramError.dentryIds", 400),
            (Code::Missing("unionId"), "MissingunionId", 400),
            (Code::OperationTimeout, "operationTimeout", 503),
            (Code::TaskNotExist, "taskNotExist", 404),
        ];
        for (code, name, status) in cases {
            assert_eq!(code.wire(), (Cow::Borrowed(name), status));
        }
    }
}
