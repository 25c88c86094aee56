//! A reader of event streams, written from the HTML standard, section 9.2.6
//! "Interpreting an event stream", and not from the encoder.

#![allow(dead_code)] // each test file uses its part

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dispatched {
    pub name: String,
    pub id: String,
    pub data: String,
}

#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
    started: bool,
    after_cr: bool,
    name: String,
    data: String,
    last_id: String,
    pub retry: Option<u64>,
    pub comments: usize,
    pub events: Vec<Dispatched>,
}

impl Reader {
    pub fn read(input: &[u8]) -> Self {
        let mut reader = Self::default();
        reader.feed(input);
        reader
    }

    /// Takes a chunk, cut wherever the network cut it.
    pub fn feed(&mut self, chunk: &[u8]) {
        for &byte in chunk {
            let after_cr = std::mem::take(&mut self.after_cr);
            match byte {
                b'\n' if after_cr => {}
                b'\n' => self.line(),
                b'\r' => {
                    self.line();
                    self.after_cr = true;
                }
                _ => self.bytes.push(byte),
            }
        }
    }

    fn line(&mut self) {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.bytes)).into_owned();
        let line = match line.strip_prefix('\u{FEFF}') {
            Some(rest) if !self.started => rest.to_owned(),
            _ => line,
        };
        self.started = true;
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => self.comments += 1,
            "event" => self.name = value.to_owned(),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => self.last_id = value.to_owned(),
            "retry" if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                self.retry = value.parse().ok();
            }
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        let name = std::mem::take(&mut self.name);
        let mut data = std::mem::take(&mut self.data);
        if data.is_empty() {
            return;
        }
        data.pop();
        let name = if name.is_empty() { "message".to_owned() } else { name };
        self.events.push(Dispatched { name, id: self.last_id.clone(), data });
    }
}
