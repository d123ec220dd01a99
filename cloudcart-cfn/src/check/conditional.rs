//! References from what is always there to what a condition may leave out.

use super::Findings;
use super::input::Input;
use super::problem::Problem;
use super::references::{Reference, Target};

/// Outside every `Fn::If`: where some condition guards the reference, whether it implies the other is not known here.
/// `DependsOn` is no matter: it waits for what there is.
pub(super) fn check(input: &Input<'_>, references: &[Reference], findings: &mut Findings<'_>) {
    let condition_of = |section: &str, id: &str| input.rendered.get(section)?.get(id)?.get("Condition")?.as_str();
    for reference in references.iter().filter(|reference| !reference.path.ends_with("/DependsOn")) {
        let (Target::Name(id) | Target::Resource { id, .. }) = &reference.target else { continue };
        let Some(condition) = condition_of("Resources", id) else { continue };
        let mut steps = reference.path.split('/');
        let (Some(section), Some(from)) = (steps.next(), steps.next()) else { continue };
        let is_around = |other: &Reference| {
            let inside = reference.path.strip_prefix(&other.path);
            matches!(other.target, Target::Condition(_)) && inside.is_some_and(|inside| inside.starts_with('/'))
        };
        if condition_of(section, from).is_none() && !references.iter().any(is_around) {
            let problem = Problem::ConditionalTarget { name: id.clone(), condition: condition.to_owned() };
            findings.add(reference.path.clone(), problem);
        }
    }
}
