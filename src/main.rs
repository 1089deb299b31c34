use std::process::ExitCode;

fn main() -> ExitCode {
    migrator_tui::cli::main()
}
