//! What is generated for one resource type: structs, enumerations, attributes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use serde_json::Value as Json;

use super::docs::Lives;
use super::facts::{Arn, Catalogue};
use super::manifest::Settings;
use super::schema::{self, Kind};
use super::{docs, names};

/// The module of one resource type.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) type_name: String,
    /// `sqs`.
    pub(crate) service: String,
    /// `queue`.
    pub(crate) file: String,
    /// `Queue`.
    pub(crate) name: String,
    /// What `Ref` gives, if it is a property.
    pub(crate) reference: Option<String>,
    pub(crate) resource: Structure,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) structures: Vec<Structure>,
    pub(crate) enumerations: Vec<Enumeration>,
}

#[derive(Debug)]
pub(crate) struct Structure {
    pub(crate) name: String,
    /// The definition's or property's own name.
    pub(crate) original: String,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) identifier: String,
    pub(crate) key: String,
    pub(crate) doc: String,
    pub(crate) required: bool,
    pub(crate) of: Type,
}

#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) identifier: String,
    pub(crate) key: String,
    pub(crate) doc: String,
    pub(crate) of: String,
}

#[derive(Debug)]
pub(crate) struct Enumeration {
    pub(crate) name: String,
    pub(crate) original: String,
    pub(crate) words: Words,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Words {
    /// Variant and word.
    Texts(Vec<(String, String)>),
    Numbers(Vec<i64>),
}

/// A field's type. What is written is inside of `Value<'stack, …>`.
#[derive(Debug, Clone)]
pub(crate) enum Type {
    /// As it is written.
    Plain(String),
    /// A struct of the module, by its name.
    Structure(String),
    /// An enumeration, by its number among the uses, until it is named.
    Words(usize),
    List(Box<Self>),
    Map(Box<Self>),
}

/// Names that mean something else in a generated file.
const TAKEN: &[&str] = &[
    "Arn",
    "BTreeMap",
    "Int",
    "Json",
    "None",
    "Option",
    "PolicyDocument",
    "Ref",
    "Result",
    "Self",
    "Some",
    "String",
    "Tag",
    "Value",
    "Vec",
];

/// Properties whose name says nothing without that of their struct.
const VAGUE: &[&str] = &["Mode", "Name", "State", "Status", "Type", "Value"];

/// Properties that hold an IAM policy, where their schema is free.
const POLICIES: &[&str] = &[
    "AssumeRolePolicyDocument",
    "KeyPolicy",
    "PolicyDocument",
    "RepositoryPolicyText",
    "ResourcePolicy",
    "ResourcePolicyDocument",
];

/// Words of which a property is, before their name is known.
struct Use {
    owner: String,
    property: String,
    /// The name of the definition, which is fixed, or of the property.
    name: String,
    fixed: bool,
    words: Vec<Json>,
}

struct Builder<'a> {
    root: &'a Json,
    type_name: &'a str,
    settings: &'a Settings,
    catalogue: &'a Catalogue,
    lives: Lives,
    /// Places of read-only properties: owner and name.
    read_only: BTreeSet<(String, String)>,
    /// Names of structs by the pointer of their schema.
    by_pointer: BTreeMap<String, String>,
    names: BTreeSet<String>,
    structures: Vec<Structure>,
    uses: Vec<Use>,
    typed: BTreeSet<String>,
}

impl Module {
    pub(crate) fn of(type_name: &str, root: &Json, settings: &Settings, catalogue: &Catalogue) -> anyhow::Result<Self> {
        let facts = catalogue.get(type_name).context("the type is not in the catalogue")?;
        let mut builder = Builder::new(type_name, root, settings, catalogue, &facts.name);
        let mut resource = builder.structure(&facts.name, &facts.name, "#", root)?;
        let attributes = builder.attributes()?;
        let mut structures = std::mem::take(&mut builder.structures);
        let (enumerations, named) = builder.enumerations()?;
        for structure in structures.iter_mut().chain([&mut resource]) {
            for field in &mut structure.fields {
                field.of.name_words(&named);
            }
        }
        for path in settings.types.keys() {
            ensure!(builder.typed.contains(path), "`types` names `{path}`, which is no property");
        }
        structures.sort_by(|a, b| a.name.cmp(&b.name));
        refuse_circles(&structures)?;
        Ok(Self {
            type_name: type_name.to_owned(),
            service: facts.service_module.clone(),
            file: names::snake(&facts.name),
            name: facts.name.clone(),
            reference: facts.reference.clone(),
            resource,
            attributes,
            structures,
            enumerations,
        })
    }
}

impl<'a> Builder<'a> {
    fn new(type_name: &'a str, root: &'a Json, settings: &'a Settings, catalogue: &'a Catalogue, name: &str) -> Self {
        let read_only = schema::texts(root, "readOnlyProperties");
        let read_only = read_only.into_iter().filter_map(|path| schema::place(root, path)).collect();
        let mut names: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
        names.insert(name.to_owned());
        let mut builder = Self {
            root,
            type_name,
            settings,
            catalogue,
            lives: Lives::of(root),
            read_only,
            by_pointer: BTreeMap::new(),
            names,
            structures: Vec::new(),
            uses: Vec::new(),
            typed: BTreeSet::new(),
        };
        // Definitions first: they keep their names, whatever else would like to have them.
        for (definition, found) in root.get("definitions").and_then(Json::as_object).into_iter().flatten() {
            if schema::kind(found) == Kind::Object && !is_tag(definition, found) {
                let wanted = settings.names.get(definition).cloned().unwrap_or_else(|| names::type_name(definition));
                let own = builder.free(&wanted, name);
                builder.by_pointer.insert(format!("#/definitions/{definition}"), own);
            }
        }
        builder
    }

    /// A name that is still free, and from now on is not.
    fn free(&mut self, wanted: &str, owner: &str) -> String {
        let mut name = wanted.to_owned();
        if self.names.contains(&name) {
            name = format!("{owner}{wanted}");
        }
        while self.names.contains(&name) {
            name.push_str("Properties");
        }
        self.names.insert(name.clone());
        name
    }

    fn structure(&mut self, name: &str, original: &str, pointer: &str, found: &Json) -> anyhow::Result<Structure> {
        let required = schema::texts(found, "required");
        let mut properties: Vec<_> = schema::properties(found).into_iter().collect();
        properties.sort_by(|a, b| a.0.cmp(&b.0));
        let mut fields = Vec::new();
        let mut identifiers = BTreeSet::new();
        for (key, property) in properties {
            if self.read_only.contains(&(pointer.to_owned(), key.clone())) {
                continue;
            }
            let at = format!("{pointer}/properties/{key}");
            let (resolved_at, resolved) = match property.get("$ref").and_then(Json::as_str) {
                Some(to) => schema::resolve(self.root, to).with_context(|| format!("`{to}` leads nowhere"))?,
                None => (at.clone(), &property),
            };
            if self.is_read_only_inside(&resolved_at, resolved) {
                continue;
            }
            let path = if pointer == "#" { key.clone() } else { format!("{name}.{key}") };
            let of = self.field_type(name, &key, &path, &property, &at).with_context(|| format!("at `{path}`"))?;
            let identifier = names::identifier(&key);
            ensure!(identifiers.insert(identifier.clone()), "two properties of `{name}` are `{identifier}`");
            let kind = match schema::map_values(resolved) {
                Some(_) => Kind::Object,
                None => kind_of(resolved),
            };
            fields.push(Field {
                identifier,
                doc: self.lives.line(pointer, &key, resolved, kind),
                required: required.contains(&key.as_str()),
                key,
                of,
            });
        }
        Ok(Structure { name: name.to_owned(), original: original.to_owned(), fields })
    }

    /// Whether an object has properties, and each is read-only.
    fn is_read_only_inside(&self, pointer: &str, found: &Json) -> bool {
        let properties = schema::properties(found);
        schema::kind(found) == Kind::Object
            && !properties.is_empty()
            && properties.keys().all(|key| self.read_only.contains(&(pointer.to_owned(), key.clone())))
    }

    fn field_type(
        &mut self,
        owner: &str,
        property: &str,
        path: &str,
        found: &Json,
        pointer: &str,
    ) -> anyhow::Result<Type> {
        if let Some(to) = found.get("$ref").and_then(Json::as_str) {
            let (at, resolved) = schema::resolve(self.root, to).with_context(|| format!("`{to}` leads nowhere"))?;
            return self.field_type(owner, property, path, resolved, &at);
        }
        if let Some(wanted) = self.settings.types.get(path) {
            let wanted = self.written(wanted)?;
            self.typed.insert(path.to_owned());
            return Ok(wrapped(self.root, found, Type::Plain(wanted)));
        }
        if let Some(words) = schema::words(found) {
            return Ok(self.words(owner, property, pointer, words));
        }
        if let Some(reference) = self.reference(path, found) {
            return Ok(wrapped(self.root, found, Type::Plain(reference)));
        }
        if let Some((key, values)) = schema::map_values(found) {
            let pattern = found.get(key).and_then(Json::as_object).and_then(|patterns| patterns.keys().next());
            let at = match pattern {
                Some(pattern) if key == "patternProperties" => format!("{pointer}/{key}/{pattern}"),
                _ => format!("{pointer}/{key}"),
            };
            let values = self.field_type(owner, &names::singular(property), path, values, &at)?;
            return Ok(Type::Map(Box::new(values)));
        }
        let plain = |name: &str| Ok(Type::Plain(name.to_owned()));
        match kind_of(found) {
            Kind::Anything if POLICIES.contains(&property) => plain("PolicyDocument<'stack>"),
            Kind::Anything => plain("Json"),
            Kind::Text => plain("String"),
            Kind::Boolean => plain("bool"),
            Kind::Number => plain("f64"),
            Kind::Whole => plain(&whole(found)),
            Kind::List => {
                let items = match found.get("items") {
                    Some(items) if items.is_object() => {
                        self.field_type(owner, &names::singular(property), path, items, &format!("{pointer}/items"))?
                    }
                    _ => Type::Plain("Json".to_owned()),
                };
                Ok(Type::List(Box::new(items)))
            }
            Kind::Object => self.object(owner, property, found, pointer),
        }
    }

    fn object(&mut self, owner: &str, property: &str, found: &Json, pointer: &str) -> anyhow::Result<Type> {
        let definition = pointer.strip_prefix("#/definitions/").filter(|name| !name.contains('/'));
        if is_tag(definition.unwrap_or(property), found) {
            return Ok(Type::Plain("Tag<'stack>".to_owned()));
        }
        let free_form =
            schema::properties(found).is_empty() && found.get("additionalProperties") != Some(&Json::Bool(false));
        if free_form {
            let policy = POLICIES.contains(&property);
            return Ok(Type::Plain(if policy { "PolicyDocument<'stack>" } else { "Json" }.to_owned()));
        }
        let name = match self.by_pointer.get(pointer) {
            Some(name) if self.structures.iter().any(|structure| structure.name == *name) || definition.is_none() => {
                return Ok(Type::Structure(name.clone()));
            }
            Some(name) => name.clone(),
            None => {
                let wanted = match self.settings.names.get(&format!("{owner}.{property}")) {
                    Some(name) => name.clone(),
                    None => names::type_name(property),
                };
                let name = self.free(&wanted, owner);
                self.by_pointer.insert(pointer.to_owned(), name.clone());
                name
            }
        };
        // Its place first, so that a struct that contains itself ends.
        let original = definition.unwrap_or(property);
        let place = self.structures.len();
        self.structures.push(Structure { name: name.clone(), original: original.to_owned(), fields: Vec::new() });
        let structure = self.structure(&name, original, pointer, found)?;
        self.structures[place] = structure;
        Ok(Type::Structure(name))
    }

    fn words(&mut self, owner: &str, property: &str, pointer: &str, words: Vec<Json>) -> Type {
        let definition = pointer.strip_prefix("#/definitions/").filter(|name| !name.contains('/'));
        let chosen = self.settings.names.get(&format!("{owner}.{property}"));
        let name = match (chosen, definition) {
            (Some(name), _) => name.clone(),
            (None, Some(definition)) => match self.settings.names.get(definition) {
                Some(name) => name.clone(),
                None => names::type_name(definition),
            },
            (None, None) if VAGUE.contains(&property) => format!("{owner}{property}"),
            (None, None) => names::type_name(property),
        };
        let fixed = chosen.is_some() || definition.is_some();
        self.uses.push(Use { owner: owner.to_owned(), property: property.to_owned(), name, fixed, words });
        Type::Words(self.uses.len() - 1)
    }

    /// Names the enumerations: one for all properties of one name and the same words, else one for each.
    fn enumerations(&mut self) -> anyhow::Result<(Vec<Enumeration>, Vec<String>)> {
        let uses = std::mem::take(&mut self.uses);
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, one) in uses.iter().enumerate() {
            by_name.entry(&one.name).or_default().push(index);
        }
        let mut named = vec![String::new(); uses.len()];
        let mut enumerations: BTreeMap<String, Enumeration> = BTreeMap::new();
        for (wanted, group) in by_name {
            let same = group.iter().all(|index| uses[*index].words == uses[group[0]].words);
            let taken = self.names.contains(wanted);
            for index in group {
                let one = &uses[index];
                let name = match (one.fixed, same && !taken) {
                    (true, _) | (_, true) => wanted.to_owned(),
                    _ => format!("{}{}", one.owner, names::type_name(&one.property)),
                };
                ensure!(!self.names.contains(&name), "`{name}` is both a struct and an enumeration: give one a name");
                let words = self.variants(&name, &one.words)?;
                if let Some(present) = enumerations.get(&name) {
                    ensure!(present.words == words, "two enumerations are `{name}`: give one a name");
                }
                let original = one.property.clone();
                enumerations.entry(name.clone()).or_insert(Enumeration { name: name.clone(), original, words });
                named[index] = name;
            }
        }
        Ok((enumerations.into_values().collect(), named))
    }

    fn variants(&self, name: &str, words: &[Json]) -> anyhow::Result<Words> {
        if words.iter().all(Json::is_i64) {
            return Ok(Words::Numbers(words.iter().filter_map(Json::as_i64).collect()));
        }
        let mut seen = BTreeMap::new();
        let mut variants = Vec::new();
        for word in words.iter().filter_map(Json::as_str) {
            let variant = match self.settings.names.get(&format!("{name}.{word}")) {
                Some(variant) => variant.clone(),
                None => names::variant(word),
            };
            if let Some(other) = seen.insert(variant.clone(), word) {
                bail!("`{word}` and `{other}` of `{name}` are both `{variant}`: give one a name");
            }
            variants.push((variant, word.to_owned()));
        }
        Ok(Words::Texts(variants))
    }

    /// The typed reference that a schema means by itself, if it can mean only one.
    fn reference(&self, path: &str, found: &Json) -> Option<String> {
        let format = found.get("format").and_then(Json::as_str);
        if let Some(format) = format {
            // A resource's own name and id are what others refer to by.
            let own = !path.contains('.') && format.rsplit_once('.').is_some_and(|(of, _)| of == self.type_name);
            return if own { None } else { self.catalogue.of_format(format) };
        }
        self.catalogue.of_relationship(found.get("relationshipRef")?)
    }

    /// A type as the manifest writes it.
    fn written(&self, wanted: &str) -> anyhow::Result<String> {
        Ok(match wanted.split_once(' ') {
            Some(("Arn", of)) => self.catalogue.arn_of(of).with_context(|| format!("`{of}` has no ARN"))?,
            Some(("Ref", of)) => self.catalogue.reference_to(of).with_context(|| format!("`{of}` is not there"))?,
            None if wanted == "PolicyDocument" => "PolicyDocument<'stack>".to_owned(),
            None if ["Json", "String", "bool", "i64", "f64"].contains(&wanted) => wanted.to_owned(),
            _ => bail!("`{wanted}` is no type that the generator knows"),
        })
    }

    /// The read-only properties, which `Fn::GetAtt` gives.
    fn attributes(&mut self) -> anyhow::Result<Vec<Attribute>> {
        let facts = self.catalogue.get(self.type_name).context("the type is not in the catalogue")?;
        let mut attributes = BTreeMap::new();
        let also = schema::texts(&self.root["cloudcart"], "attributes");
        for path in schema::texts(self.root, "readOnlyProperties").into_iter().chain(also) {
            if path.contains('*') {
                continue;
            }
            let key = schema::steps(path).join(".");
            let Some(found) = schema::at_path(self.root, path) else { continue };
            let is_reference = facts.reference.as_deref() == Some(&key);
            // What is said of a property that can be set is said of what it takes.
            let wanted = self.settings.types.get(&key).filter(|_| path.starts_with('/'));
            let of = if let Some(wanted) = wanted {
                self.typed.insert(key.clone());
                Some(list_of(found, self.written(wanted)?))
            } else if is_reference && facts.arn == Some(Arn::Reference)
                || facts.arn == Some(Arn::Attribute(key.clone()))
            {
                self.catalogue.arn_of(self.type_name)
            } else if is_reference {
                self.catalogue.reference_to(self.type_name)
            } else {
                self.attribute_type(found)
            };
            let Some(of) = of else { continue };
            let identifier = names::identifier(&key);
            if ["arn", "attribute", "id", "properties", "reference", "clone"].contains(&identifier.as_str()) {
                continue;
            }
            let doc = if is_reference { format!("`{key}`: what `Ref` gives.") } else { format!("`{key}`.") };
            attributes.insert(key.clone(), Attribute { identifier, key, doc, of });
        }
        Ok(attributes.into_values().collect())
    }

    fn attribute_type(&self, found: &Json) -> Option<String> {
        let format = found.get("format").and_then(Json::as_str);
        if let Some(reference) = format.and_then(|format| self.catalogue.of_format(format)) {
            return Some(list_of(found, reference));
        }
        match schema::kind(found) {
            Kind::Text => Some("String".to_owned()),
            Kind::Whole => Some("i64".to_owned()),
            Kind::Number => Some("f64".to_owned()),
            Kind::Boolean => Some("bool".to_owned()),
            Kind::List => {
                let items = found.get("items")?;
                let items = match items.get("$ref").and_then(Json::as_str) {
                    Some(to) => schema::resolve(self.root, to)?.1,
                    None => items,
                };
                let of = self.attribute_type(items)?;
                (!of.starts_with("Vec<")).then(|| format!("Vec<Value<'stack, {of}>>"))
            }
            // An object is not what `Fn::GetAtt` gives; a free one comes as a text.
            Kind::Object | Kind::Anything if schema::properties(found).is_empty() => Some("String".to_owned()),
            Kind::Object | Kind::Anything => None,
        }
    }
}

fn list_of(found: &Json, of: String) -> String {
    if schema::kind(found) == Kind::List { format!("Vec<Value<'stack, {of}>>") } else { of }
}

/// A reference where a list of them is meant.
fn wrapped(root: &Json, found: &Json, of: Type) -> Type {
    if let Some((_, values)) = schema::map_values(found) {
        let values = match values.get("$ref").and_then(Json::as_str).and_then(|to| schema::resolve(root, to)) {
            Some((_, values)) => values,
            None => values,
        };
        return Type::Map(Box::new(wrapped(root, values, of)));
    }
    if schema::kind(found) == Kind::List { Type::List(Box::new(of)) } else { of }
}

fn kind_of(found: &Json) -> Kind {
    match schema::kind(found) {
        Kind::Text if found.get("type").is_none() && (found.get("oneOf").is_some() || found.get("anyOf").is_some()) => {
            let alternatives = found.get("oneOf").or_else(|| found.get("anyOf")).and_then(Json::as_array);
            let texts = alternatives
                .is_some_and(|all| all.iter().all(|one| one.get("$ref").is_none() && schema::kind(one) == Kind::Text));
            if texts { Kind::Text } else { Kind::Anything }
        }
        kind => kind,
    }
}

/// An integer, with its range in the type.
fn whole(found: &Json) -> String {
    let bound = |key: &str| found.get(key).and_then(|bound| bound.as_i64().or_else(|| whole_float(bound)));
    let written = |bound: i64| {
        let digits = docs::separated(&bound.unsigned_abs().to_string(), '_');
        if bound < 0 { format!("-{digits}") } else { digits }
    };
    match (bound("minimum"), bound("maximum")) {
        (None, None) => "i64".to_owned(),
        (least, most) => {
            let least = least.map_or("{ i64::MIN }".to_owned(), written);
            let most = most.map_or("{ i64::MAX }".to_owned(), written);
            format!("Int<{least}, {most}>")
        }
    }
}

fn whole_float(bound: &Json) -> Option<i64> {
    let bound = bound.as_f64().filter(|bound| bound.fract() == 0.0 && bound.abs() < 9_007_199_254_740_992.0)?;
    #[expect(clippy::cast_possible_truncation, reason = "below 2^53 a whole f64 is that i64")]
    Some(bound as i64)
}

/// A tag: `Key` and `Value`, nothing else.
fn is_tag(name: &str, found: &Json) -> bool {
    let properties = schema::properties(found);
    ["HostedZoneTag", "Tag", "TagFormat", "TagItem", "Tags"].contains(&name)
        && properties.len() == 2
        && properties.contains_key("Key")
        && properties.contains_key("Value")
}

/// A struct that contains itself, and not in a list or a map, would have no end.
fn refuse_circles(structures: &[Structure]) -> anyhow::Result<()> {
    fn reaches(from: &Structure, target: &str, structures: &[Structure], seen: &mut BTreeSet<String>) -> bool {
        from.fields.iter().any(|field| match &field.of {
            Type::Structure(name) if name == target => true,
            Type::Structure(name) if seen.insert(name.clone()) => structures
                .iter()
                .find(|structure| structure.name == *name)
                .is_some_and(|structure| reaches(structure, target, structures, seen)),
            _ => false,
        })
    }
    for structure in structures {
        let circular = reaches(structure, &structure.name, structures, &mut BTreeSet::new());
        ensure!(!circular, "`{}` contains itself, which no type here can", structure.name);
    }
    Ok(())
}

impl Type {
    fn name_words(&mut self, named: &[String]) {
        match self {
            Self::Words(index) => *self = Self::Plain(named[*index].clone()),
            Self::List(of) | Self::Map(of) => of.name_words(named),
            Self::Plain(_) | Self::Structure(_) => {}
        }
    }
}
