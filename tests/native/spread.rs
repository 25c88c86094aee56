//! The spread that keeps clients from doing the same at the same time.

use edge_events::config::limits::spread;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_spread_stays_in_its_range_and_reaches_its_bounds(
        base in 0u32..=86_400_000, random in any::<u32>(),
    ) {
        let share = |percent: u64| u32::try_from(u64::from(base) * percent / 100).unwrap();
        let (low, high) = (share(50), share(150));
        let value = spread(base, (50, 150), random);
        prop_assert!((low..=high).contains(&value));
        prop_assert_eq!(spread(base, (50, 150), 0), low);
        prop_assert_eq!(spread(base, (50, 150), u32::MAX), high);
    }
}
