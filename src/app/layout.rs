//! Where the panes are: a screen's size and the user's proportions in, rectangles out. It draws nothing.

/// A rectangle of cells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    pub fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self { x, y, width, height }
    }

    pub fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// What a frame of one cell leaves.
    #[must_use]
    pub fn inner(self) -> Self {
        if self.width < 2 || self.height < 2 {
            return Self::new(self.x, self.y, 0, 0);
        }
        Self::new(self.x + 1, self.y + 1, self.width - 2, self.height - 2)
    }

    pub fn holds(self, x: u16, y: u16) -> bool {
        (self.x..self.x + self.width).contains(&x) && (self.y..self.y + self.height).contains(&y)
    }

    /// Cuts off the upper rows.
    fn split_rows(self, rows: u16) -> (Self, Self) {
        let rows = rows.min(self.height);
        let lower = Self { y: self.y + rows, height: self.height - rows, ..self };
        (Self { height: rows, ..self }, lower)
    }

    fn split_columns(self, columns: u16) -> (Self, Self) {
        let columns = columns.min(self.width);
        let right = Self { x: self.x + columns, width: self.width - columns, ..self };
        (Self { width: columns, ..self }, right)
    }
}

/// What can have the focus.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Pane {
    #[default]
    Current,
    Desired,
    Diff,
    Sql,
    Findings,
    Agent,
    Log,
}

impl Pane {
    pub const ALL: [Self; 7] =
        [Self::Current, Self::Desired, Self::Diff, Self::Sql, Self::Findings, Self::Agent, Self::Log];

    /// The word in the session file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Desired => "desired",
            Self::Diff => "diff",
            Self::Sql => "sql",
            Self::Findings => "findings",
            Self::Agent => "agent",
            Self::Log => "log",
        }
    }

    pub fn is_tree(self) -> bool {
        matches!(self, Self::Current | Self::Desired)
    }
}

/// How many panes stand side by side.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Shape {
    /// Nothing but a notice.
    TooSmall,
    /// The pane with the focus, and a line of tabs.
    One,
    /// Both trees in one column; diff over SQL.
    Two,
    /// Two trees; diff, SQL and findings.
    Three,
    /// All of it, with agent and log in a column of their own.
    Full,
}

/// Columns from which a shape is taken. A shape is left only two columns below.
const STEPS: [(u16, Shape); 3] = [(170, Shape::Full), (110, Shape::Three), (80, Shape::Two)];
const HYSTERESIS: u16 = 2;
/// Diff and SQL keep so many columns while the trees grow by themselves.
const SPARED: u16 = 70;
/// Rows of the agent's pane while it has one line to say.
const AGENT: u16 = 4;
const SMALLEST: (u16, u16) = (40, 10);

impl Shape {
    /// The shape for a size; `former` is kept near a boundary, so that a second terminal does not make it flap.
    pub fn of(width: u16, height: u16, former: Option<Self>) -> Self {
        if width < SMALLEST.0 || height < SMALLEST.1 {
            return Self::TooSmall;
        }
        let plain = |width: u16| {
            let step = STEPS.iter().find(|(from, _)| width >= *from);
            step.map_or(Self::One, |(_, shape)| *shape)
        };
        match former {
            Some(former) if plain(width) < former && plain(width.saturating_add(HYSTERESIS)) == former => {
                former
            }
            Some(_) | None => plain(width),
        }
    }
}

/// The user's proportions, in percent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Proportions {
    /// The trees' share of the width.
    pub trees: u16,
    /// The diff's share of what it has together with the SQL.
    pub diff: u16,
    /// The share of findings below the SQL.
    pub findings: u16,
}

impl Default for Proportions {
    fn default() -> Self {
        Self { trees: 40, diff: 50, findings: 25 }
    }
}

impl Proportions {
    #[must_use]
    pub fn wider_trees(self, by: i16) -> Self {
        Self { trees: self.trees.saturating_add_signed(by).clamp(15, 75), ..self }
    }

    #[must_use]
    pub fn taller_diff(self, by: i16) -> Self {
        Self { diff: self.diff.saturating_add_signed(by).clamp(15, 85), ..self }
    }

    #[must_use]
    pub fn taller_findings(self, by: i16) -> Self {
        Self { findings: self.findings.saturating_add_signed(by).clamp(10, 70), ..self }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Zoom {
    #[default]
    Off,
    On,
}

/// What the rectangles depend on.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    pub width: u16,
    pub height: u16,
    pub shape: Shape,
    pub focus: Pane,
    pub zoom: Zoom,
    pub proportions: Proportions,
    /// Columns that a tree needs to show most of its names.
    pub names: u16,
    /// The log is wanted, whether or not it has the focus.
    pub log: LogPlace,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum LogPlace {
    #[default]
    Hidden,
    Shown,
}

/// The screen cut up. A pane without an area is not in sight.
#[derive(Clone, Debug)]
pub struct Areas {
    pub shape: Shape,
    pub header: Area,
    /// The line of tabs, where there is one pane only.
    pub tabs: Area,
    pub body: Area,
    pub status: Area,
    pub hints: Area,
    panes: Vec<(Pane, Area)>,
}

impl Areas {
    pub fn new(wish: &Wish) -> Self {
        let whole = Area::new(0, 0, wish.width, wish.height);
        let nothing = Area::default();
        if wish.shape == Shape::TooSmall {
            return Self {
                shape: wish.shape,
                header: nothing,
                tabs: nothing,
                body: whole,
                status: nothing,
                hints: nothing,
                panes: Vec::new(),
            };
        }
        let (header, rest) = whole.split_rows(1);
        let (rest, hints) = rest.split_rows(rest.height.saturating_sub(1));
        let (body, status) = rest.split_rows(rest.height.saturating_sub(1));
        let one = wish.shape == Shape::One || wish.zoom == Zoom::On;
        let (tabs, body) = if one { body.split_rows(1) } else { (nothing, body) };
        let panes = match (wish.zoom, wish.shape) {
            (Zoom::On, _) | (Zoom::Off, Shape::One | Shape::TooSmall) => vec![(wish.focus, body)],
            (Zoom::Off, Shape::Two) => two(wish, body),
            (Zoom::Off, Shape::Three) => three(wish, body),
            (Zoom::Off, Shape::Full) => full(wish, body),
        };
        Self { shape: wish.shape, header, tabs, body, status, hints, panes }
    }

    pub fn panes(&self) -> &[(Pane, Area)] {
        &self.panes
    }

    pub fn of(&self, pane: Pane) -> Option<Area> {
        self.panes.iter().find(|(own, _)| *own == pane).map(|(_, area)| *area)
    }

    /// Rows inside the pane's frame; what a page is, where the pane is not in sight.
    pub fn height(&self, pane: Pane) -> usize {
        let area = self.of(pane).unwrap_or(self.body).inner();
        usize::from(area.height)
    }

    /// Whether both trees are shown in one pane.
    pub fn merged(&self) -> bool {
        self.of(Pane::Desired).is_none() || self.of(Pane::Current).is_none()
    }
}

fn share(of: u16, percent: u16) -> u16 {
    (u32::from(of) * u32::from(percent) / 100) as u16
}

/// Diff over SQL, in what the trees leave; findings below where the rows suffice or when they have the focus.
fn right(wish: &Wish, area: Area, panes: &mut Vec<(Pane, Area)>) {
    let mut lower_pane = Pane::Sql;
    let roomy = area.height >= 26;
    if !roomy && matches!(wish.focus, Pane::Findings) {
        lower_pane = Pane::Findings;
    }
    let homeless = |pane: Pane| wish.focus == pane && wish.shape < Shape::Full;
    if homeless(Pane::Agent) {
        lower_pane = Pane::Agent;
    }
    if (homeless(Pane::Log) || wish.log == LogPlace::Shown) && wish.shape < Shape::Full {
        lower_pane = Pane::Log;
    }
    let findings = if roomy { share(area.height, wish.proportions.findings).max(4) } else { 0 };
    let (area, strip) = area.split_rows(area.height - findings);
    let diff = share(area.height, wish.proportions.diff).clamp(3, area.height.saturating_sub(3).max(3));
    let (upper, lower) = area.split_rows(diff);
    panes.push((Pane::Diff, upper));
    panes.push((lower_pane, lower));
    if roomy {
        panes.push((Pane::Findings, strip));
    }
}

fn two(wish: &Wish, body: Area) -> Vec<(Pane, Area)> {
    let width = share(body.width, wish.proportions.trees).clamp(20, body.width.saturating_sub(30).max(20));
    let (left, rest) = body.split_columns(width);
    let mut panes = one_tree(wish, left);
    right(wish, rest, &mut panes);
    panes
}

/// Two trees where most names fit into them, and both in one where not: a name that is cut is worth less than a
/// second column of it. Until somebody sets a proportion, the trees may take what the rest can spare.
fn three(wish: &Wish, body: Area) -> Vec<(Pane, Area)> {
    let own = share(body.width, wish.proportions.trees).clamp(40, body.width.saturating_sub(40));
    let needed = 2 * (wish.names + 2);
    let usual = wish.proportions.trees == Proportions::default().trees;
    let most = if usual { own.max(body.width.saturating_sub(SPARED)) } else { own };
    let width = if needed <= most { own.max(needed) } else { own };
    let (trees, rest) = body.split_columns(width);
    let mut panes = if needed <= width { both_trees(trees) } else { one_tree(wish, trees) };
    right(wish, rest, &mut panes);
    panes
}

fn one_tree(wish: &Wish, area: Area) -> Vec<(Pane, Area)> {
    let tree = if wish.focus == Pane::Desired { Pane::Desired } else { Pane::Current };
    vec![(tree, area)]
}

fn full(wish: &Wish, body: Area) -> Vec<(Pane, Area)> {
    let side = share(body.width, 22).clamp(34, 56);
    let (body, side) = body.split_columns(body.width - side);
    let mut panes = three(wish, body);
    let (log, agent) = side.split_rows(side.height.saturating_sub(AGENT));
    panes.push((Pane::Log, log));
    panes.push((Pane::Agent, agent));
    panes
}

fn both_trees(area: Area) -> Vec<(Pane, Area)> {
    let (left, right) = area.split_columns(area.width / 2);
    vec![(Pane::Current, left), (Pane::Desired, right)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(width: u16, height: u16, focus: Pane) -> Wish {
        Wish {
            width,
            height,
            shape: Shape::of(width, height, None),
            focus,
            zoom: Zoom::Off,
            proportions: Proportions::default(),
            names: 20,
            log: LogPlace::Hidden,
        }
    }

    #[test]
    fn panes_cover_the_body_without_overlap_at_every_size() {
        for width in (40..=230).step_by(3) {
            for height in (10..=70).step_by(2) {
                for focus in Pane::ALL {
                    for (trees, diff, names) in [(15, 15, 20), (40, 50, 30), (40, 50, 80), (75, 85, 0)] {
                        let mut wish = wish(width, height, focus);
                        wish.names = names;
                        wish.proportions = Proportions { trees, diff, findings: 25 };
                        let areas = Areas::new(&wish);
                        let cells: u32 =
                            areas.panes().iter().map(|(_, a)| u32::from(a.width) * u32::from(a.height)).sum();
                        let body = u32::from(areas.body.width) * u32::from(areas.body.height);
                        assert_eq!(cells, body, "{wish:?}\n{areas:?}");
                        assert!(areas.of(focus).is_some(), "the focus is out of sight: {wish:?}");
                        assert_eq!(areas.hints.y, height - 1);
                        for (pane, area) in areas.panes() {
                            assert!(!area.is_empty(), "{pane:?} is empty: {wish:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn shapes_follow_the_width_and_do_not_flap() {
        for (width, shape) in
            [(39, Shape::TooSmall), (40, Shape::One), (79, Shape::One), (80, Shape::Two), (110, Shape::Three)]
        {
            assert_eq!(Shape::of(width, 24, None), shape);
        }
        assert_eq!(Shape::of(170, 24, None), Shape::Full);
        assert_eq!(Shape::of(120, 9, None), Shape::TooSmall);
        assert_eq!(Shape::of(109, 24, Some(Shape::Three)), Shape::Three);
        assert_eq!(Shape::of(107, 24, Some(Shape::Three)), Shape::Two);
        assert_eq!(Shape::of(109, 24, Some(Shape::Two)), Shape::Two);
    }

    #[test]
    fn two_trees_stand_where_names_fit_and_one_where_they_do_not() {
        let trees = |width, names, percent| {
            let mut wish = Wish { names, ..wish(width, 40, Pane::Diff) };
            wish.proportions.trees = percent;
            let areas = Areas::new(&wish);
            let width = |pane| areas.of(pane).map_or(0, |area| area.width);
            [width(Pane::Current), width(Pane::Desired), width(Pane::Diff)]
        };
        assert_eq!(trees(120, 22, 40), [24, 24, 72]);
        assert_eq!(trees(120, 40, 40), [48, 0, 72]);
        assert_eq!(trees(120, 36, 70), [40, 40, 40], "whoever wants two makes room for them");
        assert_eq!(trees(200, 40, 40), [42, 42, 72], "there is room to spare");
    }

    #[test]
    fn a_zoomed_pane_has_it_all() {
        let areas = Areas::new(&Wish { zoom: Zoom::On, ..wish(120, 40, Pane::Sql) });
        assert_eq!(areas.panes(), [(Pane::Sql, areas.body)]);
        assert_eq!(areas.body.height, 36);
    }
}
