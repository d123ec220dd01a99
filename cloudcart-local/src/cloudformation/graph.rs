//! The order of a stack's resources, and the walk that keeps to it with several at a time.

use super::{
    intrinsics::{Reference, references},
    template::Template,
};
use futures_util::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use tokio::task::JoinSet;

/// What must be done before each node.
pub(super) type Graph<K> = BTreeMap<K, BTreeSet<K>>;

/// What each of the `active` resources needs first: what it refers to and what it names in `DependsOn`.
pub(super) fn dependencies(template: &Template, active: &BTreeSet<String>) -> Graph<String> {
    let mut graph = Graph::new();
    for (id, resource) in template.resources.iter().filter(|(id, _)| active.contains(*id)) {
        let mut found = BTreeSet::new();
        resource.properties.values().for_each(|value| references(value, &mut found));
        let mut needs: BTreeSet<String> = resource.depends_on.iter().cloned().collect();
        needs.extend(found.into_iter().filter_map(|reference| match reference {
            Reference::Ref(name) | Reference::Attribute(name, _) => Some(name),
            Reference::Condition(_) => None,
        }));
        needs.retain(|need| active.contains(need));
        graph.insert(id.clone(), needs);
    }
    graph
}

/// The graph walked backwards: what must be gone before each node may go.
pub(super) fn reversed<K: Ord + Clone>(graph: &Graph<K>) -> Graph<K> {
    let mut back: Graph<K> = graph.keys().map(|node| (node.clone(), BTreeSet::new())).collect();
    for (node, needs) in graph {
        for need in needs {
            if let Some(after) = back.get_mut(need) {
                after.insert(node.clone());
            }
        }
    }
    back
}

/// The nodes in an order that has every need first, or those that need each other in a circle.
pub(super) fn order<K: Ord + Clone>(graph: &Graph<K>) -> Result<Vec<K>, Vec<K>> {
    let mut left: Graph<K> = graph.clone();
    let mut done = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let ready: Vec<K> = left
            .iter()
            .filter(|(_, needs)| needs.iter().all(|need| !left.contains_key(need)))
            .map(|(node, _)| node.clone())
            .collect();
        if ready.is_empty() {
            // What only leads to a circle without being in one is not worth naming.
            let back = reversed(&left);
            let mut circle: BTreeSet<K> = left.keys().cloned().collect();
            loop {
                let idle: Vec<K> = circle
                    .iter()
                    .filter(|node| back.get(*node).is_none_or(|after| after.is_disjoint(&circle)))
                    .cloned()
                    .collect();
                if idle.is_empty() {
                    return Err(circle.into_iter().collect());
                }
                for node in idle {
                    circle.remove(&node);
                }
            }
        }
        for node in ready {
            left.remove(&node);
            done.push(node);
        }
    }
    Ok(done)
}

/// What the start of a node came to.
pub(super) enum Begun<F> {
    /// Nothing to wait for.
    Done,
    /// This is to be waited for.
    Running(F),
    /// It failed before anything ran: see [`Flow`].
    Failed(Flow),
}

/// What the walk does after a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// Goes on.
    Go,
    /// Goes on with what does not need this node.
    Block,
    /// Starts nothing new and waits for what runs.
    Halt,
}

/// One walk's two halves of a node. Both run between awaits, never at the same time.
pub(super) trait Steps<K> {
    /// What the work of a node gives.
    type Outcome: Send + 'static;
    /// What can break the walk itself.
    type Error;

    /// Starts a node, unless the walk should halt.
    fn begin(&mut self, node: &K) -> Result<Begun<BoxFuture<'static, Self::Outcome>>, Self::Error>;

    /// Takes a node's outcome; `None` when its work panicked.
    fn end(&mut self, node: &K, outcome: Option<Self::Outcome>) -> Result<Flow, Self::Error>;

    /// Whether nothing new may start.
    fn halted(&self) -> bool;
}

/// Walks the graph with at most `limit` nodes at work. A circle (the old and the new dependencies of a stack may form one)
/// is entered at its first node. Gives whether every node was done. Dropping the future aborts the work that runs.
pub(super) async fn walk<K, S>(graph: &Graph<K>, limit: usize, steps: &mut S) -> Result<bool, S::Error>
where
    K: Ord + Clone,
    S: Steps<K>,
{
    let mut waiting: Graph<K> = graph.clone();
    let mut unfinished: BTreeSet<K> = graph.keys().cloned().collect();
    let mut blocked: BTreeSet<K> = BTreeSet::new();
    let mut running = JoinSet::new();
    let mut nodes = BTreeMap::new();
    let mut halt = false;
    loop {
        while !halt && !steps.halted() && running.len() < limit {
            let open = |needs: &BTreeSet<K>| needs.is_disjoint(&unfinished);
            let mut next = waiting.iter().find(|(_, needs)| open(needs)).map(|(node, _)| node.clone());
            if next.is_none() && running.is_empty() {
                next = waiting.keys().find(|node| !blocked.contains(*node)).cloned();
            }
            let Some(node) = next else { break };
            waiting.remove(&node);
            match steps.begin(&node)? {
                Begun::Done => {
                    unfinished.remove(&node);
                }
                Begun::Failed(flow) => settle(flow, node, &mut unfinished, &mut blocked, &waiting, &mut halt),
                Begun::Running(work) => {
                    let handle = running.spawn(work);
                    nodes.insert(handle.id(), node);
                }
            }
        }
        let Some(joined) = running.join_next_with_id().await else { return Ok(unfinished.is_empty()) };
        let (task, outcome) = match joined {
            Ok((task, outcome)) => (task, Some(outcome)),
            Err(error) => (error.id(), None),
        };
        // Every task that runs was entered in `nodes` when it was spawned.
        let Some(node) = nodes.remove(&task) else { continue };
        let flow = steps.end(&node, outcome)?;
        settle(flow, node, &mut unfinished, &mut blocked, &waiting, &mut halt);
    }
}

fn settle<K: Ord + Clone>(
    flow: Flow,
    node: K,
    unfinished: &mut BTreeSet<K>,
    blocked: &mut BTreeSet<K>,
    waiting: &Graph<K>,
    halt: &mut bool,
) {
    match flow {
        Flow::Go => {
            unfinished.remove(&node);
        }
        Flow::Block => {
            blocked.insert(node);
            // Whatever needs a blocked node, however far, is blocked too.
            while let Some(next) =
                waiting.iter().find(|(node, needs)| !blocked.contains(*node) && !needs.is_disjoint(blocked))
            {
                blocked.insert(next.0.clone());
            }
        }
        Flow::Halt => *halt = true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Notes the order in which nodes begin and end.
    #[derive(Default)]
    struct Notes {
        begun: Vec<u8>,
        ended: Vec<u8>,
        most: usize,
        block: Option<u8>,
    }

    impl Steps<u8> for Notes {
        type Outcome = ();
        type Error = std::convert::Infallible;

        fn begin(&mut self, node: &u8) -> Result<Begun<BoxFuture<'static, ()>>, std::convert::Infallible> {
            self.begun.push(*node);
            self.most = self.most.max(self.begun.len() - self.ended.len());
            Ok(Begun::Running(Box::pin(tokio::task::yield_now())))
        }

        fn end(&mut self, node: &u8, outcome: Option<()>) -> Result<Flow, std::convert::Infallible> {
            assert!(outcome.is_some(), "the work did not panic");
            self.ended.push(*node);
            Ok(if self.block == Some(*node) { Flow::Block } else { Flow::Go })
        }

        fn halted(&self) -> bool {
            false
        }
    }

    fn run(graph: &Graph<u8>, limit: usize, notes: &mut Notes) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers starts");
        runtime.block_on(walk(graph, limit, notes)).unwrap_or_else(|never| match never {});
    }

    /// Any graph without circles: a node may need only smaller ones.
    fn graphs() -> impl Strategy<Value = Graph<u8>> {
        proptest::collection::vec(proptest::collection::btree_set(any::<u8>(), 0..4), 1..20).prop_map(|rows| {
            let nodes = rows.into_iter().zip(0_u8..);
            nodes
                .map(|(needs, node)| {
                    (node, needs.into_iter().filter(|_| node > 0).map(|need| need % node.max(1)).collect())
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn every_node_begins_once_and_after_its_needs_ended(graph in graphs(), limit in 1_usize..5) {
            let mut notes = Notes::default();
            run(&graph, limit, &mut notes);
            prop_assert_eq!(notes.begun.len(), graph.len());
            prop_assert!(notes.most <= limit);
            let order = order(&graph).expect("a graph without circles has an order");
            for (list, name) in [(&notes.ended, "walk"), (&order, "order")] {
                for (node, needs) in &graph {
                    let at = |wanted: &u8| list.iter().position(|one| one == wanted);
                    for need in needs {
                        prop_assert!(at(need) < at(node), "{name}: {need} before {node}");
                    }
                }
            }
        }

        #[test]
        fn what_needs_a_blocked_node_never_begins(graph in graphs()) {
            let mut notes = Notes { block: Some(0), ..Notes::default() };
            run(&graph, 3, &mut notes);
            let mut tainted = BTreeSet::from([0_u8]);
            for (node, needs) in &graph {
                if !needs.is_disjoint(&tainted) {
                    tainted.insert(*node);
                }
            }
            for node in graph.keys() {
                prop_assert_eq!(notes.begun.contains(node), *node == 0 || !tainted.contains(node));
            }
        }
    }

    #[test]
    fn a_circle_is_named_without_its_neighbours() {
        let graph = Graph::from([
            (1, BTreeSet::from([2])),
            (2, BTreeSet::from([1])),
            (3, BTreeSet::from([1])),
            (4, BTreeSet::new()),
        ]);
        assert_eq!(order(&graph), Err(vec![1, 2]));
    }

    #[test]
    fn a_circle_does_not_stop_a_walk() {
        let graph = Graph::from([(1, BTreeSet::from([2])), (2, BTreeSet::from([1])), (3, BTreeSet::from([2]))]);
        let mut notes = Notes::default();
        run(&graph, 2, &mut notes);
        assert_eq!(notes.begun, [1, 2, 3]);
    }
}
