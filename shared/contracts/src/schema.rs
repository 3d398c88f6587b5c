//! The JSON Schemas of all data, as `docs/asyncapi.yaml` has them among its components.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::{catalog, identity, inventory, reviews, sales};

/// The schemas by their names. They refer to each other below `#/components/schemas/`.
pub fn schemas() -> Map<String, Value> {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    generator.subschema_for::<catalog::Product>();
    generator.subschema_for::<catalog::Brand>();
    generator.subschema_for::<catalog::Category>();
    generator.subschema_for::<catalog::ProductsAnswered>();
    generator.subschema_for::<inventory::Stock>();
    generator.subschema_for::<sales::Sale>();
    generator.subschema_for::<sales::ProductsRequested>();
    generator.subschema_for::<sales::SaleDue>();
    generator.subschema_for::<identity::User>();
    generator.subschema_for::<reviews::Review>();
    generator.subschema_for::<reviews::Rating>();
    generator.take_definitions(true)
}
