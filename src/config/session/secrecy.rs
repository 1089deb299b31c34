//! A REF without what must not be written down. Where it is not plain where a password ends, more is dropped
//! than need be: a REF that has to be typed again is the smaller harm.

/// Names of parameters that hold secrets.
const SECRET: &[&str] = &["password", "passwd", "pwd", "token", "secret", "apikey", "api_key"];

/// The REF without a password in its user part or its parameters. An environment's name and a path stay as
/// they are.
pub fn without_secrets(reference: &str) -> String {
    let Some((scheme, rest)) = reference.split_once("://") else {
        // `mcp+stdio:COMMAND …`: arguments may be anything.
        return match reference.split_once(':') {
            Some((scheme, command)) if scheme.starts_with("mcp+") => {
                let program = command.split_whitespace().next().unwrap_or("");
                format!("{scheme}:{program}")
            }
            Some(_) | None => reference.to_owned(),
        };
    };
    if !scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')) {
        return reference.to_owned();
    }
    let (address, parameters) = match rest.split_once(['?', '#']) {
        Some((address, parameters)) => (address, Some(parameters)),
        None => (rest, None),
    };
    let address = match address.rsplit_once('@') {
        Some((identity, host)) => {
            let user = identity.split(':').next().unwrap_or("");
            format!("{user}@{host}")
        }
        // `user:pa?ss@host`: the mark was part of the password.
        None if parameters.is_some_and(|parameters| parameters.contains('@')) && address.contains(':') => {
            return format!("{scheme}://");
        }
        None => address.to_owned(),
    };
    let kept: Vec<&str> =
        parameters.unwrap_or("").split('&').filter(|one| !one.is_empty() && !is_secret(one)).collect();
    match kept.as_slice() {
        [] => format!("{scheme}://{address}"),
        kept => format!("{scheme}://{address}?{}", kept.join("&")),
    }
}

fn is_secret(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or("");
    let name = decoded(name).to_lowercase();
    SECRET.iter().any(|secret| name.contains(secret))
}

/// The name as a server's library reads it: `pass%77ord` is a password, too.
fn decoded(name: &str) -> String {
    url::form_urlencoded::parse(name.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_go_and_the_rest_stays() {
        let cases = [
            ("staging", "staging"),
            ("schema/tables", "schema/tables"),
            ("sqlite:data/a:b@c.db", "sqlite:data/a:b@c.db"),
            ("postgres://h/d", "postgres://h/d"),
            ("postgres://u@h:5432/d?sslmode=require", "postgres://u@h:5432/d?sslmode=require"),
            ("postgres://u:hunter2@h/d", "postgres://u@h/d"),
            ("postgres://u:hunter2@x@h/d", "postgres://u@h/d"),
            ("postgres://u:hun/ter2@h/d", "postgres://u@h/d"),
            ("postgres://u:hunt?er2@h/d", "postgres://"),
            (
                "postgres://h/d?user=u&password=hunter2&sslmode=require",
                "postgres://h/d?user=u&sslmode=require",
            ),
            ("postgres://h/d?pass%77ord=hunter2", "postgres://h/d"),
            ("postgres://h/d?sslpassword=hunter2&sslkey=k.pem", "postgres://h/d?sslkey=k.pem"),
            ("mysql://u:hunter2@h/d#x", "mysql://u@h/d?x"),
            ("mcp+stdio:server --token hunter2", "mcp+stdio:server"),
            ("mcp+https://h/x?Api_Key=hunter2", "mcp+https://h/x"),
        ];
        for (raw, safe) in cases {
            assert_eq!(without_secrets(raw), safe, "{raw}");
            assert_eq!(without_secrets(safe), safe, "{raw}: once is enough");
        }
    }

    #[test]
    fn whatever_the_password_is() {
        for c in ' '..='~' {
            let raw = format!("postgres://ann:se{c}cret@db.example.com/shop");
            let safe = without_secrets(&raw);
            assert!(!safe.contains("cret"), "{raw} became {safe}");
        }
    }
}
