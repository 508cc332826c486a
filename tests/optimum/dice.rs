//! Random worlds, the same ones each time.

use crate::worlds::Small;

/// Numbers that look random and are the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }

    /// A world with at most six entries.
    pub(crate) fn world(&mut self) -> Small {
        let kind = self.roll(12);
        let (entries, paths) = if kind > 9 {
            self.folders()
        } else {
            self.entries()
        };
        let mut placements = match kind {
            0..=1 => self.rotation(&paths),
            2..=3 => self.fan(&paths),
            4 => self.replacements(&paths),
            10..=11 => self.merges(&paths),
            _ => {
                let count = 1 + self.roll(4);
                (0..count).map(|_| self.wish(&paths)).collect()
            }
        };
        let mut targets = Vec::new();
        placements.retain(|line| {
            let target = line.split('\'').nth(3).map(str::to_owned);
            let is_new = !targets.contains(&target);
            targets.push(target);
            is_new
        });
        Small {
            entries,
            placements,
        }
    }

    /// Entries as lines, and their paths.
    fn entries(&mut self) -> (Vec<String>, Vec<String>) {
        let mut folders = vec!["a:/".to_owned(), "b:/".to_owned()];
        let (mut lines, mut paths) = (Vec::new(), Vec::new());
        for _ in 0..1 + self.roll(6) {
            let folder = folders[self.roll(folders.len())].clone();
            let path = format!("{folder}{}", self.pick(&["x", "y", "z", "w.t"]));
            if paths.contains(&path) {
                continue;
            }
            if self.roll(3) == 0 {
                folders.push(format!("{path}/"));
                lines.push(format!("{path}/"));
            } else {
                let size = match self.roll(3) {
                    0 => 1,
                    _ => 1 + paths.len(),
                };
                lines.push(format!("{path}={size}@{size}"));
            }
            paths.push(path);
        }
        (lines, paths)
    }

    /// Two folders that hold some of the same files.
    fn folders(&mut self) -> (Vec<String>, Vec<String>) {
        let tops = [self.pick(&["a:/x", "b:/y"]), self.pick(&["a:/z", "b:/z"])];
        let (mut lines, mut paths) = (Vec::new(), Vec::new());
        for top in tops {
            lines.push(format!("{top}/"));
            paths.push(top.to_owned());
            for (number, name) in ["x", "y"].iter().enumerate() {
                if self.roll(2) == 0 {
                    let size = number + 1 + self.roll(4) / 3;
                    lines.push(format!("{top}/{name}={size}@{size}"));
                    paths.push(format!("{top}/{name}"));
                }
            }
        }
        (lines, paths)
    }

    /// Whole folders that go into others, and entries of theirs that go elsewhere.
    fn merges(&mut self, paths: &[String]) -> Vec<String> {
        let folders: Vec<&String> = paths.iter().filter(|path| path.len() == 4).collect();
        let mut lines = Vec::new();
        for _ in 0..1 + self.roll(3) {
            let verb = self.pick(&["move", "copy", "mirror"]);
            let source = folders[self.roll(folders.len())];
            let target = match self.roll(3) {
                0 => folders[self.roll(folders.len())].clone(),
                1 => self.pick(&["a:/n", "b:/n", "a:/n/m"]).to_owned(),
                _ => self.pick(&["a:/y", "b:/x"]).to_owned(),
            };
            let how = self.pick(&["", ", on_conflict: overwrite"]);
            lines.push(format!("{verb}: '{source}', to: '{target}'{how}"));
        }
        for _ in 0..self.roll(3) {
            lines.push(self.wish(paths));
        }
        lines
    }

    /// Each of some entries to the place of the next.
    fn rotation(&mut self, paths: &[String]) -> Vec<String> {
        let first = self.roll(paths.len());
        let chosen: Vec<&String> = paths[first..].iter().collect();
        let last = match self.roll(3) {
            0 => "a:/new".to_owned(),
            _ => chosen[0].clone(),
        };
        let next = chosen[1..].iter().map(|it| (*it).clone()).chain([last]);
        let pairs: Vec<_> = chosen.iter().zip(next).collect();
        let line = |(from, to): (&&String, String)| format!("move: '{from}', to: '{to}'");
        pairs.into_iter().map(line).collect()
    }

    /// Many copies and moves into few folders.
    fn fan(&mut self, paths: &[String]) -> Vec<String> {
        let folders = [self.target(paths, "x"), "a:".to_owned(), "b:".to_owned()];
        let mut lines = Vec::new();
        let mut moved: Vec<&String> = Vec::new();
        for number in 0..1 + self.roll(6) {
            let source = &paths[self.roll(paths.len())];
            let own = source.rsplit('/').next().unwrap_or("x").to_owned();
            let other = ["1", "2", "3", "4", "5", "6"][number].to_owned();
            let name = if self.roll(2) == 0 { own } else { other };
            let folder = folders[self.roll(3)].clone();
            let verb = if self.roll(3) == 0 && !moved.contains(&source) {
                "move"
            } else {
                "copy"
            };
            moved.push(source);
            lines.push(format!("{verb}: '{source}', to: '{folder}/{name}'"));
        }
        lines
    }

    /// Entries that replace each other.
    fn replacements(&mut self, paths: &[String]) -> Vec<String> {
        let mut lines = Vec::new();
        for _ in 0..1 + self.roll(3) {
            let [source, target] = [0; 2].map(|_| &paths[self.roll(paths.len())]);
            let verb = self.pick(&["move", "copy"]);
            lines.push(format!(
                "{verb}: '{source}', to: '{target}', on_conflict: overwrite"
            ));
        }
        lines
    }

    fn wish(&mut self, paths: &[String]) -> String {
        let source = match self.roll(8) {
            0 => self.target(paths, "x"),
            _ => paths[self.roll(paths.len())].clone(),
        };
        let name = source.rsplit('/').next().unwrap_or("x").to_owned();
        let target = self.target(paths, &name);
        let how = match self.roll(6) {
            0..=1 => ", on_conflict: overwrite",
            2 => ", on_conflict: rename",
            3 => ", on_conflict: keep",
            _ => "",
        };
        let ignore = "on_missing: ignore";
        match self.roll(16) {
            0..=5 => format!("move: '{source}', to: '{target}', {ignore}{how}"),
            6..=10 => format!("copy: '{source}', to: '{target}', {ignore}{how}"),
            11 => format!("mirror: '{source}', to: '{target}', {ignore}{how}"),
            12 => format!("mirror: '{source}', to: '{target}', {ignore}{how}, prune: all"),
            13 => format!("absent: '{source}'"),
            14 => format!("folder: '{target}'"),
            _ => {
                let verb = self.pick(&["move", "copy"]);
                let flat = self.pick(&["", ", flatten: true"]);
                format!("{verb}: '{source}/*', into: '{target}'{how}{flat}")
            }
        }
    }

    fn target(&mut self, paths: &[String], name: &str) -> String {
        let folder = match self.roll(4) {
            0 => paths[self.roll(paths.len())].clone(),
            1 => self.pick(&["a:/n", "b:/n"]).to_owned(),
            2 => "a:".to_owned(),
            _ => "b:".to_owned(),
        };
        let own = self.pick(&["x", "y", "z", "w.t"]);
        let name = if self.roll(2) == 0 { name } else { own };
        format!("{folder}/{name}")
    }
}
