//! What a path can give, as the model of the service says it: shapes, and what JMESPath makes of them.

use std::sync::Arc;

use org_operator_models::{Kind, Service, Shape, ShapeRef};

use crate::asked::Asked;

/// The type of what a path gives. Each may be absent too: AWS leaves out what it has nothing for.
#[derive(Debug, Clone)]
pub(crate) enum Type {
    /// A shape of a service's model, at a place of an answer.
    Shape(Shaped),
    /// A list that a path made.
    List(Box<Type>),
    /// An object that a path made.
    Object(Vec<(String, Type)>),
    /// One of several: what `||` gives.
    Either(Vec<Type>),
    /// A text of any length.
    Text,
    /// A number, with a fraction or without.
    Number,
    /// `true` or `false`.
    Boolean,
    /// What the model says nothing about.
    Any,
}

/// A shape at its place in an answer.
#[derive(Debug, Clone)]
pub(crate) struct Shaped {
    pub(crate) service: Arc<Service>,
    pub(crate) reference: ShapeRef,
    pub(crate) asked: Asked,
}

/// What a comparison or a function sees of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Text,
    Number,
    Boolean,
    List,
    Object,
    Any,
}

impl Class {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Any => "anything",
        }
    }
}

impl Shaped {
    /// What the model says of it.
    pub(crate) fn shape(&self) -> &Shape {
        self.service.shape(&self.reference)
    }

    /// The type of a member of a structure, which is asked for by that.
    pub(crate) fn member(&self, name: &str) -> Option<Type> {
        let reference = self.shape().members.get(name)?;
        Some(self.inside(reference, self.asked.member(name)))
    }

    /// The type of a list's items.
    pub(crate) fn item(&self) -> Option<Type> {
        self.shape().item.as_ref().map(|item| self.inside(item, self.asked.clone()))
    }

    /// The type of a map's keys, or of its values.
    pub(crate) fn of_map(&self, part: fn(&Shape) -> Option<&ShapeRef>) -> Option<Type> {
        part(self.shape()).map(|reference| self.inside(reference, self.asked.clone()))
    }

    fn inside(&self, reference: &ShapeRef, asked: Asked) -> Type {
        // What has no members of its own is asked for as it is.
        if !has_members(&self.service, reference) {
            asked.whole();
        }
        match self.service.shape(reference).kind {
            Kind::Document => Type::Any,
            _ => Type::Shape(Self {
                service: self.service.clone(),
                reference: reference.clone(),
                asked,
            }),
        }
    }

    /// The name of the first thing here or anywhere inside that AWS marks as sensitive; empty where it has none.
    pub(crate) fn sensitive(&self) -> Option<String> {
        sensitive(&self.service, &self.reference, &mut Vec::new())
    }
}

fn has_members(service: &Service, reference: &ShapeRef) -> bool {
    let shape = service.shape(reference);
    match (shape.kind, &shape.item) {
        (Kind::Structure, _) => true,
        (Kind::List, Some(item)) => has_members(service, item),
        _ => false,
    }
}

/// Shapes that were looked at; they contain themselves in some services.
type Seen = Vec<*const Shape>;

fn sensitive(service: &Service, reference: &ShapeRef, seen: &mut Seen) -> Option<String> {
    let shape = service.shape(reference);
    if shape.sensitive {
        return Some(String::new());
    }
    if seen.contains(&std::ptr::from_ref(shape)) {
        return None;
    }
    seen.push(shape);
    let named = shape.members.iter().find_map(|(name, member)| {
        let inner = sensitive(service, member, seen)?;
        Some(if inner.is_empty() { format!("`{name}`") } else { inner })
    });
    let parts = shape.item.iter().chain(&shape.key).chain(&shape.value);
    named.or_else(|| parts.into_iter().find_map(|part| sensitive(service, part, seen)))
}

impl Type {
    /// The type of an answer, with the place that notes what is asked of it.
    pub(crate) fn answer(service: &Arc<Service>, output: Option<&ShapeRef>, asked: Asked) -> Self {
        output.map_or(Self::Object(Vec::new()), |reference| {
            Self::Shape(Shaped { service: service.clone(), reference: reference.clone(), asked })
        })
    }

    /// The shape, where it is one of a model.
    pub(crate) fn shaped(&self) -> Option<&Shaped> {
        match self {
            Self::Shape(shaped) => Some(shaped),
            _ => None,
        }
    }

    /// What a comparison or a function sees.
    pub(crate) fn class(&self) -> Class {
        match self {
            Self::Shape(shaped) => match shaped.shape().kind {
                Kind::String | Kind::Timestamp | Kind::Blob => Class::Text,
                Kind::Integer | Kind::Float => Class::Number,
                Kind::Boolean => Class::Boolean,
                Kind::List => Class::List,
                Kind::Structure | Kind::Map => Class::Object,
                Kind::Document => Class::Any,
            },
            Self::List(_) => Class::List,
            Self::Object(_) => Class::Object,
            Self::Text => Class::Text,
            Self::Number => Class::Number,
            Self::Boolean => Class::Boolean,
            Self::Any => Class::Any,
            Self::Either(types) => {
                let mut classes = types.iter().map(Self::class);
                let first = classes.next().unwrap_or(Class::Any);
                if classes.all(|class| class == first) { first } else { Class::Any }
            }
        }
    }

    /// How a message calls it.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Shape(shaped) => format!("a {}", shaped.shape().kind.name()),
            other => other.class().name().to_owned(),
        }
    }

    /// The type of the items, where this can be a list.
    pub(crate) fn item(&self) -> Option<Self> {
        match self {
            Self::List(item) => Some((**item).clone()),
            Self::Shape(shaped) => shaped.item(),
            Self::Any => Some(Self::Any),
            Self::Either(types) => Self::either(types.iter().filter_map(Self::item).collect()),
            _ => None,
        }
    }

    /// One of `types`; `None` where there is none.
    pub(crate) fn either(mut types: Vec<Self>) -> Option<Self> {
        if types.len() > 1 { Some(Self::Either(types)) } else { types.pop() }
    }

    /// The values that a text can have, where the model names them.
    pub(crate) fn values(&self) -> Option<&[String]> {
        match self {
            Self::Shape(shaped) => {
                Some(shaped.shape().values.as_slice()).filter(|values| !values.is_empty())
            }
            _ => None,
        }
    }

    /// Whether it is a moment, or a text or number that can be one.
    pub(crate) fn can_be_time(&self) -> bool {
        matches!(self.class(), Class::Text | Class::Number | Class::Any)
    }

    /// Notes that all of it is asked for, and gives what of it AWS marks as sensitive, as [`Shaped::sensitive`] does.
    pub(crate) fn whole(&self) -> Option<String> {
        match self {
            Self::Shape(shaped) => {
                shaped.asked.whole();
                shaped.sensitive()
            }
            Self::List(item) => item.whole(),
            Self::Object(members) => {
                members.iter().fold(None, |found, (_, member)| member.whole().or(found))
            }
            Self::Either(types) => types.iter().fold(None, |found, of| of.whole().or(found)),
            _ => None,
        }
    }

    /// Notes that it is asked whether there is anything: for a structure that takes its members.
    pub(crate) fn exists(&self) {
        match self {
            Self::Either(types) => types.iter().for_each(Self::exists),
            Self::Shape(shaped) if shaped.shape().kind != Kind::List => shaped.asked.whole(),
            _ => {}
        }
    }
}
