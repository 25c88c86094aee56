//! What one declaration of a variable becomes.

/// Makes of a list of entries `doc, NAME => field: Rule { .. };`
/// - a constant `NAME` for each, with its rule: `MAX_STREAMS.max`;
/// - the struct, with a typed field for each;
/// - its `check`, which reads them all and finds every problem;
/// - [`NAMES`](super::variables::NAMES) and
///   [`table`](super::variables::table), from which the tests are made.
macro_rules! variables {
    (
        $(#[$struct_doc:meta])*
        struct $Config:ident;
        $(
            $(#[$doc:meta])*
            $NAME:ident => $field:ident: $Rule:ident $(<$param:ty>)? { $($setting:tt)* };
        )*
    ) => {
        $(
            $(#[$doc])*
            pub const $NAME: $Rule $(<$param>)? = $Rule { $($setting)* };
            const _: () = assert!(
                $NAME.is_sound(),
                concat!("the declaration of ", stringify!($NAME), " contradicts itself")
            );
        )*

        /// The names of all variables.
        pub const NAMES: &[&str] = &[$(stringify!($NAME)),*];

        $(#[$struct_doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $Config {
            $(
                $(#[$doc])*
                pub $field: <$Rule $(<$param>)? as Rule>::Value,
            )*
        }

        impl $Config {
            /// Reads each variable through `lookup`; one that is not set has its
            /// default. `names` are all names that are set: one that is not
            /// known, but looks like one that is, is a problem too.
            ///
            /// # Errors
            /// All problems, in the order of the declarations.
            pub fn check(
                names: &[String],
                lookup: &dyn Fn(&str) -> Option<Given>,
            ) -> Result<Self, Vec<ConfigError>> {
                let mut check = Check::new(lookup);
                $(let $field = check.read(stringify!($NAME), &$NAME);)*
                check.find_mistyped(names, NAMES);
                match ($($field,)*) {
                    ($(Some($field),)*) if check.problems.is_empty() => Ok(Self { $($field),* }),
                    _ => Err(check.problems),
                }
            }
        }

        /// What is to be known of each variable, for tests and documentation.
        #[must_use]
        pub fn table() -> Vec<Row> {
            vec![$(Row {
                name: stringify!($NAME),
                default: $NAME.default(),
                allowed: $NAME.allowed(),
                range: $NAME.range(),
                takes: |text| $NAME.read(text).is_some(),
            }),*]
        }
    };
}

pub(super) use variables;
