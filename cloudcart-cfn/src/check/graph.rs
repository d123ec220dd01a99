//! Finds resources that wait for each other.

use std::collections::{BTreeMap, BTreeSet};

use super::references::{Reference, Target};

/// A ring of resources.
#[derive(Debug)]
pub(super) struct Cycle {
    /// Logical id of the resource that it is told from.
    pub(super) first: String,
    /// `Orders.Properties.RedrivePolicy`, …, and the first id again.
    pub(super) steps: Vec<String>,
}

/// The resources that one needs, and by which property.
type Edges<'a> = BTreeMap<&'a str, BTreeMap<&'a str, String>>;

pub(super) fn cycles(references: &[Reference]) -> Vec<Cycle> {
    let mut edges = Edges::new();
    for reference in references {
        let mut path = reference.path.splitn(3, '/');
        let (Some("Resources"), Some(from), Some(place)) = (path.next(), path.next(), path.next()) else { continue };
        if let Target::Name(to) | Target::Resource(to) = &reference.target {
            edges.entry(from).or_default().entry(to).or_insert_with(|| place.replace('/', "."));
        }
    }
    let mut search = Search { edges: &edges, done: BTreeSet::new(), trail: Vec::new(), found: Vec::new() };
    for id in edges.keys() {
        search.visit(id);
    }
    search.found
}

struct Search<'a> {
    edges: &'a Edges<'a>,
    done: BTreeSet<&'a str>,
    /// The way from where the search started: ids, each needed by the one before.
    trail: Vec<&'a str>,
    found: Vec<Cycle>,
}

impl<'a> Search<'a> {
    /// Depth first; the depth is bounded by the number of resources.
    fn visit(&mut self, id: &'a str) {
        if self.done.contains(id) {
            return;
        }
        if let Some(start) = self.trail.iter().position(|seen| *seen == id) {
            let ring = &self.trail[start..];
            let next = ring.iter().skip(1).chain(std::iter::once(&id));
            let mut steps: Vec<String> = ring
                .iter()
                .zip(next)
                .map(|(from, to)| format!("{from}.{}", self.edges[from].get(to).map_or("", String::as_str)))
                .collect();
            steps.push(id.to_owned());
            self.found.push(Cycle { first: id.to_owned(), steps });
            return;
        }
        let edges = self.edges;
        // Parameters and pseudo parameters need nothing.
        let Some(needs) = edges.get(id) else { return };
        self.trail.push(id);
        for next in needs.keys() {
            self.visit(next);
        }
        self.trail.pop();
        self.done.insert(id);
    }
}
