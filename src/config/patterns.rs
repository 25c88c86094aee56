//! Patterns of channels' names: in `PUBLIC_CHANNELS`, and in tokens.

/// What some channels have in common: a name, or the beginning of names with `*`
/// at its end. It is compared byte by byte with the name that names the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern<'a>(&'a str);

impl<'a> Pattern<'a> {
    /// `None` for the empty text, and for a `*` elsewhere than at the end.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let star = text.find('*');
        let fits = !text.is_empty() && star.is_none_or(|at| at + 1 == text.len());
        fits.then_some(Self(text))
    }

    /// Whether a channel of this name is one of them.
    #[must_use]
    pub fn matches(self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => self.0 == name,
        }
    }
}

/// Several patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns(Vec<String>);

impl Patterns {
    /// Takes the empty text, or patterns separated by commas.
    ///
    /// # Errors
    /// The first part that is no [`Pattern`].
    pub fn parse(text: &str) -> Result<Self, &str> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let pattern = |text| Pattern::parse(text).map(|_| text.to_owned()).ok_or(text);
        text.split(',').map(|text| pattern(text.trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether one of them matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.0.iter().any(|text| Pattern(text).matches(name))
    }
}
