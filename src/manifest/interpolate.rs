//! Filling in `${each.x}`, `${var.x}` and `${env.X}`; `$${` stands for a plain `${`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::each::Element;
use super::nearest::nearest;

/// What can be filled in.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// Values of `${var.x}`: the manifest's defaults and what the caller set.
    pub(super) variables: BTreeMap<&'a str, &'a str>,
    /// Names that `${env.X}` may read.
    pub(super) readable: BTreeSet<&'a str>,
    /// Values of `${env.X}`.
    pub(super) environment: &'a BTreeMap<String, String>,
}

/// Why a text cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unset {
    /// The part of the text that is meant, with its braces.
    pub(super) token: String,
    /// What is wrong, as a sentence.
    pub(super) detail: String,
    /// What to do next.
    pub(super) hint: Option<String>,
}

impl Scope<'_> {
    /// The text with everything filled in.
    ///
    /// # Errors
    /// All parts that cannot be filled in.
    pub(super) fn fill<'t>(
        &self,
        text: &'t str,
        each: Option<&Element>,
    ) -> Result<Cow<'t, str>, Vec<Unset>> {
        if !text.contains("${") {
            return Ok(Cow::Borrowed(text));
        }
        let mut filled = String::with_capacity(text.len());
        let mut problems = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            filled.push_str(&rest[..start]);
            if rest[..start].ends_with('$') {
                filled.push('{');
                rest = &rest[start + 2..];
                continue;
            }
            let Some(length) = rest[start..].find('}') else {
                problems.push(unset(&rest[start..], "`${` is not closed by `}`.".into()));
                rest = "";
                break;
            };
            let token = &rest[start..=start + length];
            match self.value(&token[2..length], each) {
                Ok(value) => filled.push_str(value),
                Err((detail, hint)) => problems.push(Unset {
                    hint,
                    ..unset(token, detail)
                }),
            }
            rest = &rest[start + length + 1..];
        }
        filled.push_str(rest);
        if problems.is_empty() {
            Ok(Cow::Owned(filled))
        } else {
            Err(problems)
        }
    }

    fn value<'s>(
        &'s self,
        name: &str,
        each: Option<&'s Element>,
    ) -> Result<&'s str, (String, Option<String>)> {
        match name.split_once('.') {
            Some(("var", name)) => self.variables.get(name).copied().ok_or_else(|| {
                let near = nearest(name, self.variables.keys().copied());
                let hint = near.map_or_else(
                    || format!("declare it under `variables`, or give `--var {name}=VALUE`"),
                    |near| format!("did you mean `${{var.{near}}}`?"),
                );
                (format!("The variable `{name}` is not set."), Some(hint))
            }),
            Some(("env", name)) => self.environment_value(name),
            Some(("each", field)) => each_value(field, each),
            _ => Err((
                format!("`{name}` is nothing that can be filled in."),
                Some(
                    "write `each.FIELD`, `var.NAME` or `env.NAME`; `$${` stands for a plain `${`"
                        .into(),
                ),
            )),
        }
    }

    fn environment_value(&self, name: &str) -> Result<&str, (String, Option<String>)> {
        if !self.readable.contains(name) {
            let hint = format!("add `{name}` to the list `env`");
            let detail = format!("The environment variable `{name}` is not in the list `env`.");
            return Err((detail, Some(hint)));
        }
        self.environment
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| {
                let detail = format!("The environment variable `{name}` is not set.");
                (detail, Some(format!("set it: `{name}=VALUE reshelve ..`")))
            })
    }
}

fn each_value<'s>(
    field: &str,
    each: Option<&'s Element>,
) -> Result<&'s str, (String, Option<String>)> {
    let Some(element) = each else {
        return Err((
            format!("`each.{field}` means something only in a placement with `for_each`."),
            None,
        ));
    };
    element
        .fields
        .get(field)
        .map(String::as_str)
        .ok_or_else(|| {
            let near = nearest(field, element.fields.keys().map(String::as_str));
            let detail = format!("The element `{}` has no field `{field}`.", element.key);
            (
                detail,
                near.map(|near| format!("did you mean `${{each.{near}}}`?")),
            )
        })
}

fn unset(token: &str, detail: String) -> Unset {
    Unset {
        token: token.into(),
        detail,
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn check(text: &str, expected: Result<&str, &[&str]>) {
        let environment = BTreeMap::from([
            ("HOME".to_owned(), "/home/x".to_owned()),
            ("SECRET".to_owned(), "s".to_owned()),
        ]);
        let scope = Scope {
            variables: BTreeMap::from([("year", "2026"), ("tricky", "${var.year}")]),
            readable: BTreeSet::from(["HOME", "UNSET"]),
            environment: &environment,
        };
        let element = Element {
            key: "hr".into(),
            fields: BTreeMap::from([("key".into(), "hr".into()), ("drive".into(), "7".into())]),
        };
        let filled = scope.fill(text, Some(&element));
        let found = filled.as_deref().map_err(|all| {
            all.iter()
                .map(|unset| unset.token.as_str())
                .collect::<Vec<_>>()
        });
        assert_eq!(found, expected.map_err(<[&str]>::to_vec), "{text}");
    }

    #[test]
    fn parts_are_filled_in() {
        check("a:/x", Ok("a:/x"));
        check(
            "a:/${var.year}/${each.key}-${each.drive}",
            Ok("a:/2026/hr-7"),
        );
        check("${env.HOME}", Ok("/home/x"));
        check("cost: $5 $ {x}", Ok("cost: $5 $ {x}"));
        check("$${var.year} ${var.year}", Ok("${var.year} 2026"));
        check("${var.tricky}", Ok("${var.year}"));
    }

    #[test]
    fn what_is_unset_is_named_all_at_once() {
        check(
            "${var.yaer} ${each.no}",
            Err(&["${var.yaer}", "${each.no}"]),
        );
        check("${env.SECRET}", Err(&["${env.SECRET}"]));
        check("${env.UNSET}", Err(&["${env.UNSET}"]));
        check("${year}", Err(&["${year}"]));
        check("x${var.year", Err(&["${var.year"]));
    }

    #[test]
    fn an_element_exists_only_in_for_each() {
        let environment = BTreeMap::new();
        let scope = Scope {
            variables: BTreeMap::new(),
            readable: BTreeSet::new(),
            environment: &environment,
        };
        let problems = scope.fill("${each.key}", None).unwrap_err();
        assert!(problems[0].detail.contains("for_each"), "{problems:?}");
    }
}
