//! Keys as xterm, tmux, rxvt and the Linux console send them, split in every place; pastes; and any bytes at all.

use super::*;

/// What the bytes mean when they come in one piece and nothing follows.
fn read(bytes: &[u8]) -> Vec<Input> {
    let mut found = Vec::new();
    let mut decoder = Decoder::default();
    decoder.feed(bytes, &mut |input| found.push(input));
    if decoder.patience().is_some() {
        decoder.give_up(&mut |input| found.push(input));
    }
    assert_eq!(decoder.patience(), None, "{bytes:?} is never done with");
    found
}

fn names(bytes: &[u8]) -> String {
    read(bytes)
        .into_iter()
        .map(|input| match input {
            Input::Key(key) => key.to_string(),
            other => format!("{other:?}"),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

const KEYS: &[(&[u8], &str)] = &[
    (b"gG?", "g G ?"),
    ("ä表🦀".as_bytes(), "ä 表 🦀"),
    (b"\r\t\x7f\x08", "<Enter> <Tab> <Backspace> <Backspace>"),
    (b"\x01\x1a\n", "<C-a> <C-z> <C-j>"),
    (b"\x1b", "<Esc>"),
    (b"\x1b\x1b", "<Esc> <Esc>"),
    (b"\x1b[A\x1b[B\x1b[C\x1b[D", "<Up> <Down> <Right> <Left>"),
    (b"\x1bOA\x1bOB\x1bOH\x1bOF", "<Up> <Down> <Home> <End>"),
    (b"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~", "<Home> <End> <Home> <End> <Home> <End>"),
    (b"\x1b[2~\x1b[3~\x1b[5~\x1b[6~", "<Insert> <Delete> <PageUp> <PageDown>"),
    (b"\x1bOP\x1bOS\x1b[15~\x1b[17~\x1b[21~\x1b[23~\x1b[24~", "<F1> <F4> <F5> <F6> <F10> <F11> <F12>"),
    (b"\x1b[[A\x1b[[E", "<F1> <F5>"),
    (b"\x1b[Z", "<S-Tab>"),
    (b"\x1b[1;5A\x1b[1;2D\x1b[1;3C\x1b[3;5~", "<C-Up> <S-Left> <M-Right> <C-Delete>"),
    (b"\x1b[a", "<S-Up>"),
    (b"\x1ba\x1b\r\x1b\x7f", "<M-a> <M-Enter> <M-Backspace>"),
    ("\u{1b}ä".as_bytes(), "<M-ä>"),
    (b"\x1b[", "<M-[>"),
    (b"\x1bO", "<M-O>"),
    (b"\x1b]", "<M-]>"),
    (b"\x1b\x1b[A", "<M-Up>"),
    (b"\x1b[97;5u\x1b[13;3u\x1b[27;5;100~", "<C-a> <M-Enter> <C-d>"),
    (b"\x1b[97;5:1u", "<C-a>"),
    (b"\x1b[I\x1b[O", "FocusGained FocusLost"),
];

#[test]
fn keys_have_their_names() {
    for (bytes, expected) in KEYS {
        assert_eq!(names(bytes), *expected, "{}", bytes.escape_ascii());
    }
}

#[test]
fn answers_of_the_terminal_are_no_keys() {
    let answers: &[&[u8]] = &[
        b"\x1b[12;40R",
        b"\x1b[?62;22c",
        b"\x1b[>0;276;0c",
        b"\x1b[?2026;2$y",
        b"\x1b[?1u",
        b"\x1bP>|tmux 3.3a\x1b\\",
        b"\x1bP1+r5463\x1b\\",
        b"\x1b]10;rgb:ffff/ffff/ffff\x07",
        b"\x1b]52;c;Zm9v\x1b\\",
        b"\x1b[M !!",
        b"\x1b[8;24;80t",
    ];
    for answer in answers {
        assert_eq!(read(answer), [], "{}", answer.escape_ascii());
        assert_eq!(names(&[answer, b"x".as_slice()].concat()), "x", "{}", answer.escape_ascii());
    }
    assert_eq!(read(b"\x1b]11;rgb:ffff/8080/0000\x1b\\"), [Input::Background([255, 128, 0])]);
    assert_eq!(read(b"\x1b]11;rgb:0/f/80\x07"), [Input::Background([0, 255, 128])]);
    assert_eq!(read(b"\x1b]11;rgba:ffff/ffff/ffff/8080\x07"), [Input::Background([255, 255, 255])]);
}

#[test]
fn the_mouse_presses_drags_and_turns_its_wheel() {
    let did = |did, column, row| Input::Pointer(Pointer { did, column, row });
    assert_eq!(
        read(b"\x1b[<0;1;1M\x1b[<32;5;2M\x1b[<0;5;2m\x1b[<64;3;3M\x1b[<65;3;3M\x1b[<2;1;1M"),
        [
            did(Did::Press, 0, 0),
            did(Did::Drag, 4, 1),
            did(Did::Release, 4, 1),
            did(Did::WheelUp, 2, 2),
            did(Did::WheelDown, 2, 2),
        ]
    );
}

#[test]
fn a_sequence_may_come_in_pieces() {
    for (bytes, expected) in KEYS {
        // Alone, the pieces of these are keys of their own.
        if ["<Esc>", "<Esc> <Esc>", "<M-[>", "<M-O>", "<M-]>"].contains(expected) {
            continue;
        }
        let mut found = Vec::new();
        let mut decoder = Decoder::default();
        for byte in *bytes {
            decoder.feed(&[*byte], &mut |input| found.push(input));
        }
        assert_eq!(found, read(bytes), "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_paste_is_one_input_wherever_it_is_split() {
    let text = "select '~';\r\n\u{1b}[A\ttäbs\rend";
    let bytes = [b"a\x1b[200~", text.as_bytes(), b"\x1b[201~b"].concat();
    let expected = [
        Input::Key(Key::plain('a')),
        Input::Paste("select '~';\n\u{1b}[A\ttäbs\nend".into()),
        Input::Key(Key::plain('b')),
    ];
    for at in 0..bytes.len() {
        let mut found = Vec::new();
        let mut decoder = Decoder::default();
        decoder.feed(&bytes[..at], &mut |input| found.push(input));
        decoder.feed(&bytes[at..], &mut |input| found.push(input));
        assert_eq!(found, expected, "split at {at}");
    }
}

#[test]
fn an_overlong_paste_is_refused_whole_and_takes_no_memory() {
    let mut found = Vec::new();
    let mut decoder = Decoder::default();
    decoder.feed(b"\x1b[200~", &mut |input| found.push(input));
    let piece = [b'x'; 65536];
    for _ in 0..160 {
        decoder.feed(&piece, &mut |input| found.push(input));
        assert!(decoder.paste.capacity() <= 3 * LONGEST_PASTE);
    }
    decoder.feed(b"\x1b[201~q", &mut |input| found.push(input));
    assert_eq!(found, [Input::Overlong(160 * 65536), Input::Key(Key::plain('q'))]);
}

#[test]
fn a_paste_without_an_end_is_given_up() {
    assert_eq!(read(b"\x1b[200~abc"), [Input::Paste("abc".into())]);
}

/// Any bytes: it never breaks off, always comes to rest, and reads on correctly.
#[test]
fn any_bytes_are_taken() {
    let seed = std::process::id().into();
    println!("seed {seed}");
    let mut state: u64 = seed;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as u32
    };
    let likely = b"\x1b[]O;0123456789~MPRu<?:\x07\\\x18\xc3\xa4\xff";
    for _ in 0..20_000 {
        let length = next() % 40;
        let mut bytes: Vec<u8> = (0..length)
            .map(|_| match next() % 3 {
                0 => (next() % 256) as u8,
                _ => likely[next() as usize % likely.len()],
            })
            .collect();
        let mut decoder = Decoder::default();
        decoder.feed(&bytes, &mut drop);
        decoder.give_up(&mut drop);
        let mut found = Vec::new();
        decoder.feed(b"x", &mut |input| found.push(input));
        bytes.push(b'x');
        assert_eq!(found, [Input::Key(Key::plain('x'))], "seed {seed}, after {}", bytes.escape_ascii());
    }
}
