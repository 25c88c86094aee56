//! The object's database, as the store asks for it.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::channel::sqlite::{Param, Rows, Sql, Value};

#[wasm_bindgen]
extern "C" {
    /// `ctx.storage.sql`. The worker crate has it too: there an exception of
    /// the cursor hangs the request for good.
    pub type SqlStorage;
}

#[wasm_bindgen(module = "/src/platform/object/sql.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn query(sql: &SqlStorage, statement: &str, params: &Array) -> Result<Array, JsValue>;
}

/// The database in one turn. What is to be written is collected for the class, which
/// writes it when all is decided: so a panic leaves nothing half done, and a turn of one
/// statement, as most are, needs no transaction. Nothing reads what its turn has written.
pub struct Database<'a> {
    sql: &'a SqlStorage,
    writes: Array,
}

impl<'a> Database<'a> {
    pub fn new(sql: &'a SqlStorage) -> Self {
        Self { sql, writes: Array::new() }
    }

    /// The statements to run, each an array with its parameters behind it.
    pub fn writes(&self) -> &Array {
        &self.writes
    }
}

impl Sql for Database<'_> {
    type Error = JsValue;

    fn query(&mut self, statement: &str, params: &[Param<'_>]) -> Result<Rows, JsValue> {
        let values = query(self.sql, statement, &params.iter().map(to_js).collect())?;
        let columns = values.get(0).as_f64().map_or(0, |columns| columns as usize);
        Ok(Rows { columns, values: values.iter().skip(1).map(from_js).collect() })
    }

    fn run(&mut self, statement: &str, params: &[Param<'_>]) -> Result<(), JsValue> {
        let statement = [JsValue::from_str(statement)].into_iter();
        self.writes.push(&statement.chain(params.iter().map(to_js)).collect::<Array>());
        Ok(())
    }
}

// Whole numbers up to 2^53 are exact.
#[allow(clippy::cast_precision_loss)]
fn to_js(param: &Param<'_>) -> JsValue {
    match *param {
        Param::Null => JsValue::NULL,
        Param::Number(number) => JsValue::from_f64(number as f64),
        Param::Text(text) => JsValue::from_str(text),
        Param::Blob(bytes) => Uint8Array::from(bytes).into(),
    }
}

fn from_js(value: JsValue) -> Value {
    if let Some(number) = value.as_f64() {
        return Value::Number(number as u64);
    }
    if let Some(text) = value.as_string() {
        return Value::Text(text);
    }
    match value.dyn_into::<ArrayBuffer>() {
        Ok(buffer) => Value::Blob(Uint8Array::new(&buffer).to_vec()),
        Err(_) => Value::Null,
    }
}
