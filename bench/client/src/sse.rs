//! As much of an event stream as is measured: each event's id and time.

/// One event that a browser would dispatch.
#[derive(Debug, PartialEq)]
pub struct Event {
    /// Its id, if that is a number.
    pub id: Option<u64>,
    /// The Unix time in milliseconds that its data ends with, if any.
    pub time: Option<u64>,
}

/// Puts lines together and reads them.
#[derive(Default)]
pub struct Reader {
    line: Vec<u8>,
    id: Option<u64>,
    data: Option<Option<u64>>,
}

impl Reader {
    /// Hands each event that `bytes` complete to `on_event`. Lines end in LF
    /// or CRLF.
    pub fn read(&mut self, mut bytes: &[u8], mut on_event: impl FnMut(Event)) {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            if self.line.is_empty() {
                self.end_line(&bytes[..end], &mut on_event);
            } else {
                self.line.extend_from_slice(&bytes[..end]);
                let line = std::mem::take(&mut self.line);
                self.end_line(&line, &mut on_event);
            }
            bytes = &bytes[end + 1..];
        }
        self.line.extend_from_slice(bytes);
    }

    fn end_line(&mut self, line: &[u8], on_event: &mut impl FnMut(Event)) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            if let Some(time) = self.data.take() {
                on_event(Event { id: self.id, time });
            }
        } else if let Some(value) = line.strip_prefix(b"id:") {
            self.id = std::str::from_utf8(value).ok().and_then(|text| text.trim().parse().ok());
        } else if let Some(value) = line.strip_prefix(b"data:") {
            self.data = Some(time_at_end(value));
        }
    }
}

/// `2026-11-22T05:35:10.123Z`, bare, quoted or after other words.
fn time_at_end(value: &[u8]) -> Option<u64> {
    let value = value.strip_suffix(b"\"").unwrap_or(value);
    let text = std::str::from_utf8(value.get(value.len().checked_sub(24)?..)?).ok()?;
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let seconds = part(11, 13)? * 3_600 + part(14, 16)? * 60 + part(17, 19)?;
    if !text.ends_with('Z') || !(1..=12).contains(&month) {
        return None;
    }
    // Days since 1970 of a year that begins in March.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    Some(((days - 719_468) * 86_400 + seconds) * 1_000 + part(20, 23)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(parts: &[&[u8]]) -> Vec<Event> {
        let (mut reader, mut events) = (Reader::default(), Vec::new());
        for part in parts {
            reader.read(part, |event| events.push(event));
        }
        events
    }

    #[test]
    fn events_are_the_same_wherever_they_are_cut() {
        let wire = b"retry: 5\n\n:\nid: 7\ndata: 2026-11-22T05:35:10.123Z\n\n\
            event: time\r\nid:8\r\ndata:\"It is 2024-02-29T00:00:00.000Z\"\r\n\r\n";
        let expected = [
            Event { id: Some(7), time: Some(1_795_325_710_123) },
            Event { id: Some(8), time: Some(1_709_164_800_000) },
        ];
        for cut in 0..=wire.len() {
            assert_eq!(events(&[&wire[..cut], &wire[cut..]]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn data_without_a_time_is_still_an_event() {
        assert_eq!(events(&[b"data: hello\n\n"]), [Event { id: None, time: None }]);
    }
}
