use std::process::ExitCode;

/// The system's keeps what each thread freed in a place of its own, and gives little of it back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    migrator_tui::cli::main()
}
