//! Finds resources that wait for each other. Nothing here recurses: a chain of resources may be as long as it likes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::references::{Reference, Target};

/// Of one knot of resources, no more rings are told than this. A knot of many has many more rings than resources.
const RINGS_TOLD: usize = 20;

/// A ring of resources.
#[derive(Debug)]
pub(super) struct Cycle {
    /// Logical id of the resource that it is told from.
    pub(super) first: String,
    /// `Orders.Properties.RedrivePolicy`, …, and the first id again.
    pub(super) steps: Vec<String>,
}

/// The resources and what each needs, as numbers in the order of the ids.
struct Graph<'a> {
    ids: Vec<&'a str>,
    /// For each resource the ones that it needs, and the place of the reference.
    needs: Vec<BTreeMap<usize, &'a str>>,
}

impl<'a> Graph<'a> {
    fn of(references: &'a [Reference]) -> Self {
        let mut edges: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        for reference in references {
            let Some((id, place)) = reference.path.strip_prefix("Resources/").and_then(|rest| rest.split_once('/'))
            else {
                continue;
            };
            if let Target::Name(to) | Target::Resource { id: to, .. } = &reference.target {
                edges.entry(id).or_default().entry(to).or_insert(place);
            }
        }
        // What needs nothing is in no ring, so that only the keys count.
        let ids: Vec<&str> = edges.keys().copied().collect();
        let number = |id: &str| ids.binary_search(&id).ok();
        let needs = edges
            .values()
            .map(|needs| needs.iter().filter_map(|(to, place)| Some((number(to)?, *place))).collect())
            .collect();
        Self { ids, needs }
    }

    /// The strongly connected components, by Tarjan's algorithm with a stack of its own.
    fn knots(&self) -> Vec<Vec<usize>> {
        const UNSEEN: usize = usize::MAX;
        let count = self.ids.len();
        let (mut order, mut low, mut on_stack) = (vec![UNSEEN; count], vec![0; count], vec![false; count]);
        let (mut next, mut stack, mut knots) = (0, Vec::new(), Vec::new());
        for root in 0..count {
            if order[root] != UNSEEN {
                continue;
            }
            let mut work = vec![(root, self.needs[root].keys())];
            (order[root], low[root], on_stack[root]) = (next, next, true);
            stack.push(root);
            next += 1;
            while let Some((node, rest)) = work.last_mut() {
                let node = *node;
                match rest.next() {
                    Some(&to) if order[to] == UNSEEN => {
                        (order[to], low[to], on_stack[to]) = (next, next, true);
                        stack.push(to);
                        next += 1;
                        work.push((to, self.needs[to].keys()));
                    }
                    Some(&to) if on_stack[to] => low[node] = low[node].min(order[to]),
                    Some(_) => {}
                    None => {
                        work.pop();
                        if let Some((parent, _)) = work.last() {
                            low[*parent] = low[*parent].min(low[node]);
                        }
                        if low[node] == order[node] {
                            let start = stack.iter().rposition(|one| *one == node).unwrap_or_default();
                            let mut knot = stack.split_off(start);
                            for one in &knot {
                                on_stack[*one] = false;
                            }
                            knot.sort_unstable();
                            knots.push(knot);
                        }
                    }
                }
            }
        }
        knots.sort();
        knots
    }

    /// The shortest way between two resources of a knot, both included.
    fn way(&self, from: usize, to: usize, knot: &BTreeSet<usize>) -> Vec<usize> {
        let mut came_from = BTreeMap::from([(from, from)]);
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            if node == to {
                break;
            }
            for next in self.needs[node].keys().filter(|next| knot.contains(next)) {
                if !came_from.contains_key(next) {
                    came_from.insert(*next, node);
                    queue.push_back(*next);
                }
            }
        }
        let mut way = vec![to];
        let mut node = to;
        while node != from {
            node = came_from[&node];
            way.push(node);
        }
        way.reverse();
        way
    }

    fn told(&self, ring: &[usize]) -> Cycle {
        let next = ring.iter().skip(1).chain(ring.first());
        let step = |(from, to): (&usize, &usize)| {
            let place = self.needs[*from].get(to).copied().unwrap_or_default();
            format!("{}.{}", self.ids[*from], place.replace('/', "."))
        };
        let first = ring.first().map(|first| self.ids[*first]).unwrap_or_default().to_owned();
        let steps = ring.iter().zip(next).map(step).chain(std::iter::once(first.clone())).collect();
        Cycle { first, steps }
    }
}

/// Rings, each once, so that every reference that is part of one is part of a ring that is told.
pub(super) fn cycles(references: &[Reference]) -> Vec<Cycle> {
    let graph = Graph::of(references);
    let mut found = Vec::new();
    for knot in graph.knots() {
        let knot: BTreeSet<usize> = knot.into_iter().collect();
        let mut covered: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut told = 0;
        'knot: for &from in &knot {
            for &to in graph.needs[from].keys().filter(|to| knot.contains(to)) {
                if covered.contains(&(from, to)) {
                    continue;
                }
                if told == RINGS_TOLD {
                    break 'knot;
                }
                // From `from` over `to` back to `from`, told from the first of the ids.
                let mut ring = graph.way(to, from, &knot);
                let lowest = ring.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(index, _)| index);
                ring.rotate_left(lowest);
                let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
                covered.extend(pairs.map(|(from, to)| (*from, *to)));
                found.push(graph.told(&ring));
                told += 1;
            }
        }
    }
    found
}
