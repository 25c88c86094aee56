//! `edge-events-history-checker FILE...`: a line for each recording, `linearizable`
//! or `refused`. Exits with 0 if none is refused, with 1 if one is, and with 2 if a
//! file is no recording.

use std::process::ExitCode;

use edge_events_history_checker::is_linearizable;

fn main() -> ExitCode {
    let mut worst = 0;
    for file in std::env::args().skip(1) {
        let verdict = std::fs::read_to_string(&file)
            .map_err(|error| error.to_string())
            .and_then(|text| is_linearizable(&text).map_err(|error| error.to_string()));
        let code = match verdict {
            Ok(true) => {
                println!("linearizable\t{file}");
                0
            }
            Ok(false) => {
                println!("refused\t{file}");
                1
            }
            Err(error) => {
                eprintln!("{file}: {error}");
                2
            }
        };
        worst = worst.max(code);
    }
    ExitCode::from(worst)
}
