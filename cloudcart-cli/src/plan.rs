//! A plan as people read it: what happens to each resource, each property's value before and after, and rights apart.

use cloudcart_deploy::stack::{Basis, Change, Plan, PropertyChange, Recreation, Replacement};
use serde_json::Value;

use crate::printer::{Printer, Tone};

/// How much of a plan is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Detail {
    /// The counts alone.
    Counts,
    /// Each change; of a new resource that it is new, and its rights. What only follows from another change is one line each.
    Changes,
    /// Also what each new resource is made with.
    Made,
    /// All that is known.
    Everything,
}

/// A line, and what it means.
pub(crate) type Line = (Option<Tone>, String);

/// The longest value that is told whole.
const LONGEST: usize = 100;

/// The lines with their colours.
pub(crate) fn painted(printer: &Printer, lines: &[Line]) -> Vec<String> {
    let paint = |(tone, line): &Line| tone.map_or_else(|| line.clone(), |tone| printer.paint(tone, line));
    lines.iter().map(paint).collect()
}

/// The plan as lines.
pub(crate) fn lines(plan: &Plan, detail: Detail) -> Vec<Line> {
    let mut lines = vec![(None, headline(plan))];
    if detail == Detail::Counts {
        return lines;
    }
    let (follows, certain): (Vec<_>, Vec<_>) =
        plan.changes.iter().partition(|change| detail < Detail::Everything && only_follows(change));
    let (rights, others): (Vec<_>, Vec<_>) = certain.into_iter().partition(|change| change.is_about_rights());
    for change in others {
        resource(change, plan, detail, &mut lines);
    }
    if !rights.is_empty() {
        lines.push((None, "who may do what:".to_owned()));
        for change in rights {
            resource(change, plan, detail, &mut lines);
        }
    }
    if !follows.is_empty() {
        lines.push((None, "what follows from these, and may come out as it is:".to_owned()));
        for change in follows {
            let properties: Vec<&str> = change.properties.iter().map(|property| property.path.as_str()).collect();
            let properties = properties.join(", ");
            lines.push((Some(Tone::Dim), format!("  ~ {} {}: {properties}", change.logical_id, change.resource_type)));
        }
    }
    for (old, new) in plan.likely_renamings() {
        let words = format!(
            "{old} goes and {new} of the same type comes: if that is a new logical id for one resource, what {old} holds does not \
             move to {new}"
        );
        lines.push((Some(Tone::Hint), words));
    }
    if plan.basis == Basis::Templates && !plan.creates {
        let words = "worked out from the templates: what follows from these changes in other resources, and what was changed \
                     beside the stack, is not seen";
        lines.push((Some(Tone::Dim), words.to_owned()));
    }
    lines
}

/// Whether nothing of the resource changes for certain, and it stays.
fn only_follows(change: &Change) -> bool {
    change.action == "Modify"
        && change.replacement == Replacement::No
        && !change.properties.is_empty()
        && change.properties.iter().all(|property| property.dynamic)
}

fn headline(plan: &Plan) -> String {
    let count = |action: &str| plan.changes.iter().filter(|change| change.action == action).count();
    let replaced = plan.changes.iter().filter(|change| change.replacement == Replacement::Yes).count();
    let maybe = plan.changes.iter().filter(|change| change.replacement == Replacement::Maybe).count();
    let maybe = if maybe > 0 { format!(", {maybe} perhaps") } else { String::new() };
    if plan.changes.is_empty() {
        return format!("changes to {}: none of a resource; outputs, tags or conditions alone", plan.stack);
    }
    format!(
        "changes to {}: {} added, {} modified ({replaced} replaced{maybe}), {} removed",
        plan.stack,
        count("Add"),
        count("Modify"),
        count("Remove")
    )
}

fn resource(change: &Change, plan: &Plan, detail: Detail, lines: &mut Vec<Line>) {
    let (sign, mut words) = match (change.action.as_str(), change.replacement) {
        ("Add", _) => ("+", String::new()),
        ("Remove", _) => ("-", format!("  {}", removal(change))),
        (_, Replacement::Yes) => ("!", format!("  REPLACED: {}", replaced(change))),
        (_, Replacement::Maybe) => {
            ("!", format!("  MAY BE REPLACED, depending on values not known yet: {}", replaced(change)))
        }
        (_, Replacement::No) => ("~", String::new()),
    };
    if change.loses_data() {
        words.push_str("; THE DATA IN IT IS LOST");
    }
    let tone = match change.action.as_str() {
        _ if change.loses_the_resource() => Some(Tone::Bad),
        "Add" => Some(Tone::Good),
        _ => None,
    };
    // A new stack is all additions: the number says it.
    let quiet = change.action == "Add" && plan.creates && detail < Detail::Made;
    if !quiet || change.is_about_rights() {
        lines.push((tone, format!("  {sign} {} {}{words}", change.logical_id, change.resource_type)));
    }
    for property in &change.properties {
        if let Some(statements) = statements(property) {
            lines.extend(statements);
        } else if change.action != "Add" || detail >= Detail::Made {
            lines.push(property_line(change, property));
        }
    }
}

fn removal(change: &Change) -> &'static str {
    match change.policy_action.as_deref() {
        Some("Retain") => "leaves the stack; its policy keeps it",
        Some("Snapshot") => "removed; its policy takes a snapshot first",
        _ => "REMOVED",
    }
}

fn replaced(change: &Change) -> &'static str {
    match change.policy_action.as_deref() {
        Some("ReplaceAndRetain") => "a new one is made, and its policy keeps the old one beside the stack",
        Some("ReplaceAndSnapshot") => "a new one is made, and the old one is removed after a snapshot",
        _ => "a new one is made, and the old one is removed",
    }
}

fn property_line(change: &Change, property: &PropertyChange) -> Line {
    let value = match (&property.before, &property.after) {
        _ if property.dynamic => ": may change".to_owned(),
        (None, Some(after)) if change.action == "Add" => format!(": {}", shown(after)),
        (Some(before), Some(after)) => format!(": {} → {}", shown(before), shown(after)),
        (Some(before), None) => format!(": {} → (none)", shown(before)),
        (None, Some(after)) => format!(": (none) → {}", shown(after)),
        (None, None) => String::new(),
    };
    let causes = match property.causes.as_slice() {
        [] => String::new(),
        causes => format!("  (follows from {})", causes.join(", ")),
    };
    let recreates = change.action == "Modify" && change.replacement != Replacement::No;
    let (tone, makes) = match property.recreation {
        Recreation::Always if recreates => (Some(Tone::Bad), "  makes a new resource"),
        Recreation::Conditionally if recreates => (Some(Tone::Bad), "  may make a new resource"),
        _ => (None, ""),
    };
    (tone, format!("      {}{value}{causes}{makes}", property.path))
}

/// The statements that a policy gains and loses, for a property that is a policy.
fn statements(property: &PropertyChange) -> Option<Vec<Line>> {
    let read = |text: &Option<String>| -> Option<Vec<String>> {
        let Some(text) = text else { return Some(Vec::new()) };
        let document: Value = serde_json::from_str(text).ok()?;
        let statements = match document.get("Statement")? {
            Value::Array(list) => list.iter().map(statement).collect(),
            one => vec![statement(one)],
        };
        Some(statements)
    };
    let (before, after) = (read(&property.before)?, read(&property.after)?);
    let mut lines: Vec<Line> = Vec::new();
    for gone in before.iter().filter(|one| !after.contains(one)) {
        lines.push((Some(Tone::Bad), format!("      - {gone}")));
    }
    for new in after.iter().filter(|one| !before.contains(one)) {
        lines.push((Some(Tone::Good), format!("      + {new}")));
    }
    Some(lines)
}

fn statement(statement: &Value) -> String {
    let effect = statement["Effect"].as_str().unwrap_or("Allow");
    let list = |name: &str| -> Option<String> {
        let value = statement.get(name)?;
        Some(match value {
            Value::Array(items) => items.iter().map(brief).collect::<Vec<_>>().join(", "),
            one => brief(one),
        })
    };
    let words = [
        Some(effect.to_owned()),
        statement.get("Principal").map(principals),
        list("Action"),
        list("NotAction").map(|actions| format!("everything but {actions}")),
        list("Resource").map(|resources| format!("on {resources}")),
        list("NotResource").map(|resources| format!("on everything but {resources}")),
        statement.get("Condition").map(|condition| format!("if {condition}")),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn principals(principal: &Value) -> String {
    match principal {
        Value::Object(kinds) => {
            let all = kinds.values().flat_map(|value| match value {
                Value::Array(items) => items.iter().map(brief).collect(),
                one => vec![brief(one)],
            });
            all.collect::<Vec<_>>().join(", ")
        }
        other => brief(other),
    }
}

/// A value on one line, short enough to read. Whole hashes tell nobody more than their beginnings.
pub(crate) fn shown(value: &str) -> String {
    let value = match serde_json::from_str::<Value>(value) {
        Ok(json @ Value::Object(_)) => brief(&json),
        _ => value.to_owned(),
    };
    if value == "{{changeSet:KNOWN_AFTER_APPLY}}" {
        return "(known when it runs)".to_owned();
    }
    let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let value = short_hashes(&value).replace("{{changeSet:KNOWN_AFTER_APPLY}}", "(known when it runs)");
    if value.is_empty() {
        return "\"\"".to_owned();
    }
    if value.chars().count() <= LONGEST {
        return value;
    }
    let start: String = value.chars().take(LONGEST - 1).collect();
    format!("{start}…")
}

/// A reference in the words of the template's author; anything else as JSON.
fn brief(value: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if let Some((name, argument)) =
        value.as_object().filter(|object| object.len() == 1).and_then(|object| object.iter().next())
    {
        match (name.as_str(), argument) {
            ("Ref", target) => return text(target),
            ("Fn::GetAtt", Value::Array(parts)) => return parts.iter().map(text).collect::<Vec<_>>().join("."),
            ("Fn::Sub" | "Fn::GetAtt", Value::String(whole)) => return whole.clone(),
            _ => {}
        }
    }
    text(value)
}

/// Runs of forty and more hexadecimal digits, as their first eight.
fn short_hashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for character in text.chars().map(Some).chain([None]) {
        match character {
            Some(digit) if digit.is_ascii_hexdigit() => run.push(digit),
            other => {
                if run.len() >= 40 {
                    out.push_str(&run[..8]);
                    out.push('…');
                } else {
                    out.push_str(&run);
                }
                run.clear();
                out.extend(other);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn property(path: &str, before: Option<&str>, after: Option<&str>) -> PropertyChange {
        PropertyChange {
            path: path.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            recreation: Recreation::Never,
            dynamic: false,
            causes: Vec::new(),
        }
    }

    fn change(action: &str, id: &str, kind: &str, properties: Vec<PropertyChange>) -> Change {
        Change {
            action: action.to_owned(),
            logical_id: id.to_owned(),
            physical_id: None,
            resource_type: kind.to_owned(),
            replacement: Replacement::No,
            policy_action: None,
            scope: Vec::new(),
            properties,
        }
    }

    fn plan(creates: bool, changes: Vec<Change>) -> Plan {
        Plan { stack: "s".to_owned(), creates, basis: Basis::ChangeSet, changes }
    }

    fn told(plan: &Plan, detail: Detail) -> Vec<String> {
        lines(plan, detail).into_iter().map(|(_, line)| line).collect()
    }

    #[test]
    fn each_property_is_told_with_both_values() {
        let hash = "0123456789abcdef".repeat(4);
        let plan = plan(
            false,
            vec![
                change("Add", "New", "AWS::SQS::Queue", vec![property("DelaySeconds", None, Some("1"))]),
                change(
                    "Modify",
                    "F",
                    "AWS::Lambda::Function",
                    vec![
                        property("Code.S3Key", Some(&format!("s/f/{hash}.zip")), Some("s/f/x.zip")),
                        PropertyChange {
                            causes: vec!["Cart".to_owned()],
                            ..property("Environment.Variables.A", None, Some("2"))
                        },
                        property("MemorySize", Some("128"), None),
                    ],
                ),
            ],
        );
        assert_eq!(
            told(&plan, Detail::Changes),
            [
                "changes to s: 1 added, 1 modified (0 replaced), 0 removed",
                "  + New AWS::SQS::Queue",
                "  ~ F AWS::Lambda::Function",
                "      Code.S3Key: s/f/01234567….zip → s/f/x.zip",
                "      Environment.Variables.A: (none) → 2  (follows from Cart)",
                "      MemorySize: 128 → (none)",
            ]
        );
        assert!(told(&plan, Detail::Made).contains(&"      DelaySeconds: 1".to_owned()));
        assert_eq!(told(&plan, Detail::Counts).len(), 1);
    }

    #[test]
    fn a_replaced_table_stands_out_and_says_what_is_lost() {
        let table = Change {
            replacement: Replacement::Yes,
            policy_action: Some("ReplaceAndDelete".to_owned()),
            ..change(
                "Modify",
                "T",
                "AWS::DynamoDB::Table",
                vec![PropertyChange { recreation: Recreation::Always, ..property("TableName", Some("a"), Some("b")) }],
            )
        };
        let plan = plan(false, vec![table]);
        let lines = lines(&plan, Detail::Changes);
        assert_eq!(
            lines[1].1,
            "  ! T AWS::DynamoDB::Table  REPLACED: a new one is made, and the old one is removed; THE DATA IN IT IS LOST"
        );
        assert_eq!(lines[1].0, Some(Tone::Bad));
        assert_eq!(lines[2].1, "      TableName: a → b  makes a new resource");
    }

    #[test]
    fn rights_stand_apart_statement_by_statement() {
        let document = |actions: Value| {
            json!({ "Statement": [
                { "Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": { "Fn::GetAtt": ["Logs", "Arn"] } },
                { "Effect": "Allow", "Action": actions, "Resource": [{ "Ref": "T" }] },
            ] })
            .to_string()
        };
        let (old, new) =
            (document(json!("dynamodb:GetItem")), document(json!(["dynamodb:GetItem", "dynamodb:PutItem"])));
        let role = change(
            "Modify",
            "R",
            "AWS::IAM::Role",
            vec![property("Policies[p].PolicyDocument", Some(&old), Some(&new))],
        );
        let plan = plan(false, vec![role, change("Modify", "A", "AWS::X::Y", Vec::new())]);
        assert_eq!(
            told(&plan, Detail::Changes)[1..],
            [
                "  ~ A AWS::X::Y",
                "who may do what:",
                "  ~ R AWS::IAM::Role",
                "      - Allow dynamodb:GetItem on T",
                "      + Allow dynamodb:GetItem, dynamodb:PutItem on T",
            ]
        );
    }

    #[test]
    fn a_new_stack_tells_its_rights_and_counts_the_rest() {
        let trust = json!({ "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "lambda.amazonaws.com" },
        }] });
        let role = change(
            "Add",
            "R",
            "AWS::IAM::Role",
            vec![property("AssumeRolePolicyDocument", None, Some(&trust.to_string()))],
        );
        let plan = plan(true, vec![role, change("Add", "Q", "AWS::SQS::Queue", Vec::new())]);
        assert_eq!(
            told(&plan, Detail::Changes)[1..],
            ["who may do what:", "  + R AWS::IAM::Role", "      + Allow lambda.amazonaws.com sts:AssumeRole",]
        );
    }

    #[test]
    fn what_only_follows_is_a_line_each_unless_everything_is_asked_for() {
        let follows = |replacement| Change {
            replacement,
            ..change(
                "Modify",
                "F",
                "AWS::Lambda::Function",
                vec![PropertyChange {
                    dynamic: true,
                    causes: vec!["R.Arn".to_owned()],
                    ..property("Role", Some("arn"), Some("{{changeSet:KNOWN_AFTER_APPLY}}"))
                }],
            )
        };
        let told_of = |replacement, detail| told(&plan(false, vec![follows(replacement)]), detail)[1..].to_vec();
        assert_eq!(
            told_of(Replacement::No, Detail::Changes),
            ["what follows from these, and may come out as it is:", "  ~ F AWS::Lambda::Function: Role"]
        );
        let whole = ["  ~ F AWS::Lambda::Function", "      Role: may change  (follows from R.Arn)"];
        assert_eq!(told_of(Replacement::No, Detail::Everything), whole);
        // What may be replaced is never a line among others.
        assert!(told_of(Replacement::Maybe, Detail::Changes)[0].contains("MAY BE REPLACED"));
    }

    #[test]
    fn values_are_short_and_cannot_steer_a_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb"), "a [2Jb");
        assert_eq!(shown(&"x".repeat(300)).chars().count(), LONGEST);
        assert_eq!(shown(r#"{"Ref":"Table"}"#), "Table");
        assert_eq!(shown(""), "\"\"");
    }
}
