//! Numbers about numbers.

use serde_json::{Value, json};

/// Median and 99th percentile of all of `values`; null without any.
pub fn percentiles(values: &mut [f64]) -> Value {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        let index = (values.len() as f64 * share).ceil() as usize;
        values.get(index.saturating_sub(1))
    };
    json!({ "p50": at(0.5), "p99": at(0.99) })
}

/// Seconds of CPU time that this process has used.
pub fn own_cpu() -> f64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: getrusage only writes into the struct that it is given.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
