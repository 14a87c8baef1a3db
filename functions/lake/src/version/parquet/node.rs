//! The columns of a part as they are filled: with their levels, and as a schema of Parquet.

use std::ops::Range;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

use super::column::{ColumnBuffer, Values};
use super::schema::{Column, Content};

/// A column or a group of columns.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    /// Its columns, among all.
    pub(super) columns: Range<usize>,
    /// The definition level of a value, or of an item.
    pub(super) def: u8,
    /// The repetition level of what is no first item.
    pub(super) rep: u8,
}

#[derive(Debug)]
pub(super) enum NodeKind {
    Text,
    Json,
    Flag,
    Time,
    Number,
    BirthDate,
    Struct(Group),
    List(Box<Node>),
    /// The first of its columns has the names.
    Map(Box<Node>),
}

/// The members of an object.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) members: Vec<Member>,
    /// The map of all members that are not named.
    pub(super) others: Option<usize>,
}

/// What a member of an object is put into.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) names: Vec<&'static str>,
    pub(super) node: Node,
}

/// The columns of a part, ready to be filled.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) root: Node,
    pub(super) buffers: Vec<ColumnBuffer>,
    pub(super) schema: TypePtr,
}

impl Tree {
    /// # Errors
    /// Parquet has no such columns.
    pub(super) fn new(columns: &[Column]) -> Result<Self, ParquetError> {
        let mut builder = Builder::default();
        let (group, fields) = builder.group(columns, Level::default())?;
        let schema = Type::group_type_builder("onefold").with_fields(fields).build()?;
        let root = Node { kind: NodeKind::Struct(group), columns: 0..builder.buffers.len(), def: 0, rep: 0 };
        Ok(Self { root, buffers: builder.buffers, schema: Arc::new(schema) })
    }
}

/// How deep a column stands.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    def: u8,
    rep: u8,
}

impl Level {
    fn optional(self) -> Self {
        Self { def: self.def + 1, ..self }
    }

    fn repeated(self) -> Self {
        Self { def: self.def + 1, rep: self.rep + 1 }
    }
}

#[derive(Default)]
struct Builder {
    buffers: Vec<ColumnBuffer>,
}

impl Builder {
    fn group(&mut self, columns: &[Column], level: Level) -> Result<(Group, Vec<TypePtr>), ParquetError> {
        let mut group = Group::default();
        let mut fields = Vec::new();
        for column in columns {
            let is_others = matches!(column.content, Content::Others);
            let (node, types) = self.node(column.name, &column.content, level)?;
            fields.extend(types.into_iter().map(Arc::new));
            let names = match column.members {
                // What is not named is not found by a name.
                _ if is_others => Vec::new(),
                [] => vec![column.name],
                members => members.to_vec(),
            };
            if is_others {
                group.others = Some(group.members.len());
            }
            group.members.push(Member { names, node });
        }
        Ok((group, fields))
    }

    /// A node and the fields of the schema that it stands for.
    fn node(&mut self, name: &str, content: &Content, level: Level) -> Result<(Node, Vec<Type>), ParquetError> {
        match content {
            Content::Text => self.leaf(NodeKind::Text, name, &TEXT, level),
            Content::Json => self.leaf(NodeKind::Json, name, &TEXT, level),
            Content::Time => self.leaf(NodeKind::Time, name, &TIME, level),
            Content::Number => self.leaf(NodeKind::Number, name, &NUMBER, level),
            Content::Name => self.required(NodeKind::Text, name, &TEXT, level),
            Content::Flag => self.required(NodeKind::Flag, name, &FLAG, level),
            Content::BirthDate => self.birthdate(name, level),
            Content::Struct(columns) => self.structure(name, columns, level),
            Content::Spread(columns) => self.spread(columns, level),
            Content::List(item) => self.list(name, item, level),
            Content::Map(value) => self.map(name, value, level),
            Content::Others => self.map(name, &Content::Text, level),
        }
    }

    fn leaf(
        &mut self,
        kind: NodeKind,
        name: &str,
        leaf: &Leaf,
        level: Level,
    ) -> Result<(Node, Vec<Type>), ParquetError> {
        let field = leaf.field(name, Repetition::OPTIONAL)?;
        Ok((self.filled(kind, leaf, level.optional()), vec![field]))
    }

    fn required(
        &mut self,
        kind: NodeKind,
        name: &str,
        leaf: &Leaf,
        level: Level,
    ) -> Result<(Node, Vec<Type>), ParquetError> {
        let field = leaf.field(name, Repetition::REQUIRED)?;
        Ok((self.filled(kind, leaf, level), vec![field]))
    }

    fn filled(&mut self, kind: NodeKind, leaf: &Leaf, level: Level) -> Node {
        let number = self.buffers.len();
        self.buffers.push(ColumnBuffer::new((leaf.values)(), level.def, level.rep));
        Node { kind, columns: number..number + 1, def: level.def, rep: level.rep }
    }

    fn birthdate(&mut self, name: &str, level: Level) -> Result<(Node, Vec<Type>), ParquetError> {
        let fields =
            vec![DATE.field(name, Repetition::OPTIONAL)?, TEXT.field(&format!("{name}_text"), Repetition::OPTIONAL)?];
        let level = level.optional();
        let day = self.filled(NodeKind::BirthDate, &DATE, level);
        let text = self.filled(NodeKind::Text, &TEXT, level);
        Ok((Node { columns: day.columns.start..text.columns.end, ..day }, fields))
    }

    fn structure(&mut self, name: &str, columns: &[Column], level: Level) -> Result<(Node, Vec<Type>), ParquetError> {
        let (start, level) = (self.buffers.len(), level.optional());
        let (group, fields) = self.group(columns, level)?;
        let field = group_field(name, Repetition::OPTIONAL, None, fields)?;
        Ok((self.since(start, NodeKind::Struct(group), level), vec![field]))
    }

    fn spread(&mut self, columns: &[Column], level: Level) -> Result<(Node, Vec<Type>), ParquetError> {
        let start = self.buffers.len();
        let (group, fields) = self.group(columns, level)?;
        let fields = fields.into_iter().map(Arc::unwrap_or_clone).collect();
        Ok((self.since(start, NodeKind::Struct(group), level), fields))
    }

    fn list(&mut self, name: &str, item: &Content, level: Level) -> Result<(Node, Vec<Type>), ParquetError> {
        let (start, level) = (self.buffers.len(), level.repeated());
        let (item, element) = self.node("element", item, level)?;
        let list = group_field("list", Repetition::REPEATED, None, element.into_iter().map(Arc::new).collect())?;
        let field = group_field(name, Repetition::REQUIRED, Some(LogicalType::List), vec![Arc::new(list)])?;
        Ok((self.since(start, NodeKind::List(Box::new(item)), level), vec![field]))
    }

    fn map(&mut self, name: &str, value: &Content, level: Level) -> Result<(Node, Vec<Type>), ParquetError> {
        let (start, level) = (self.buffers.len(), level.repeated());
        let (_, mut entry) = self.required(NodeKind::Text, "key", &TEXT, level)?;
        let (value, field) = self.node("value", value, level)?;
        entry.extend(field);
        let entries = group_field("key_value", Repetition::REPEATED, None, entry.into_iter().map(Arc::new).collect())?;
        let field = group_field(name, Repetition::REQUIRED, Some(LogicalType::Map), vec![Arc::new(entries)])?;
        Ok((self.since(start, NodeKind::Map(Box::new(value)), level), vec![field]))
    }

    fn since(&self, start: usize, kind: NodeKind, level: Level) -> Node {
        Node { kind, columns: start..self.buffers.len(), def: level.def, rep: level.rep }
    }
}

/// How a kind of value is stored.
struct Leaf {
    physical: PhysicalType,
    logical: Option<fn() -> LogicalType>,
    values: fn() -> Values,
}

const TEXT: Leaf = Leaf {
    physical: PhysicalType::BYTE_ARRAY,
    logical: Some(|| LogicalType::String),
    values: || Values::Texts(Vec::new(), Vec::new()),
};
const DATE: Leaf =
    Leaf { physical: PhysicalType::INT32, logical: Some(|| LogicalType::Date), values: || Values::Days(Vec::new()) };
const TIME: Leaf = Leaf {
    physical: PhysicalType::INT64,
    logical: Some(|| LogicalType::timestamp(true, TimeUnit::MICROS)),
    values: || Values::Times(Vec::new()),
};
const NUMBER: Leaf = Leaf { physical: PhysicalType::DOUBLE, logical: None, values: || Values::Numbers(Vec::new()) };
const FLAG: Leaf = Leaf { physical: PhysicalType::BOOLEAN, logical: None, values: || Values::Flags(Vec::new()) };

impl Leaf {
    fn field(&self, name: &str, repetition: Repetition) -> Result<Type, ParquetError> {
        Type::primitive_type_builder(name, self.physical)
            .with_repetition(repetition)
            .with_logical_type(self.logical.map(|logical| logical()))
            .build()
    }
}

fn group_field(
    name: &str,
    repetition: Repetition,
    logical: Option<LogicalType>,
    fields: Vec<TypePtr>,
) -> Result<Type, ParquetError> {
    Type::group_type_builder(name).with_repetition(repetition).with_logical_type(logical).with_fields(fields).build()
}
