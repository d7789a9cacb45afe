# Weir
# SPDX-License-Identifier: Apache-2.0
#
# What the scripts share. Sourced by bash, from any folder:
#
#     source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
#
# Sets root (the checkout) and goes there.
# shellcheck shell=bash disable=SC2034

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1

# Libraries that the product links.
build_packages=(libcurl4-openssl-dev libssl-dev libsecp256k1-dev libsqlite3-dev zlib1g-dev pkg-config)
# Programs that tests run.
test_packages=(python3 python3-venv openssl gzip)

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\033[1m' red=$'\033[31m' green=$'\033[32m' plain=$'\033[0m'
else
    bold='' red='' green='' plain=''
fi

# step TITLE COMMAND...: a heading, the command, and how long it took. Ends the script with the
# command's exit code if that is not 0. Bash ignores `set -e` in a function that is called so: it
# says `|| return` itself.
step() {
    local title=$1 began=$SECONDS code=0
    shift
    say ""
    say "${bold}==> $title${plain}"
    "$@" || code=$?
    if [ "$code" -ne 0 ]; then
        say "${red}failed:${plain} $title (exit code $code, $((SECONDS - began)) s)"
        exit "$code"
    fi
    say "${green}ok${plain} ($((SECONDS - began)) s)"
}

need_swift() {
    command -v swift >/dev/null && return
    die "swift is not on the path; Weir needs Swift 6.3 or newer: https://www.swift.org/install/linux/"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "not root, and there is no sudo; as root, run: $*"
    fi
}

# The packages among the arguments that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
            installed) ;;
            *) printf '%s\n' "$package" ;;
        esac
    done
}

apt_updated=
apt_update() {
    [ -n "$apt_updated" ] || as_root apt-get update -qq || return
    apt_updated=yes
}

# need_packages NAME...: installs those Debian packages that are missing; touches nothing, and asks
# for no password, if none is.
need_packages() {
    local missing
    if ! command -v apt-get >/dev/null; then
        say "no apt-get here; make sure that the counterparts of these are installed: $*"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    if [ "${#missing[@]}" -eq 0 ]; then
        say "nothing is missing"
        return
    fi
    say "installing ${missing[*]}"
    apt_update || return
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

tools="$root/.build/tools"
PATH="$PATH:$tools"
export PATH

# take_out PACKAGE FILE...: puts files of a Debian package into the folder of tools, without
# installing it: some packages would start a service. Fails where that cannot be.
take_out() {
    local package=$1 scratch code=1
    shift
    command -v apt-get >/dev/null || return 1
    mkdir -p "$tools" || return
    scratch=$(mktemp -d "$tools/$package.XXXXXX") || return
    say "taking ${*##*/} out of Debian's package $package"
    if { (cd "$scratch" && apt-get download -qq "$package") 2>/dev/null \
        || { apt_update && (cd "$scratch" && apt-get download -qq "$package"); }; } >&2 \
        && dpkg-deb --fsys-tarfile "$scratch/$package"_*.deb | tar -x -C "$scratch" "${@/#/./}" \
        && (cd "$scratch" && mv "$@" "$tools/")
    then
        code=0
    fi
    rm -rf "$scratch"
    return "$code"
}

need_promtool() {
    command -v promtool >/dev/null || take_out prometheus usr/bin/promtool \
        || say "could not get promtool: its tests are skipped"
}

# Alertmanager and its tool. Debian's program reads its templates from one folder and no other.
need_alertmanager() {
    local share=usr/share/prometheus/alertmanager
    if command -v prometheus-alertmanager >/dev/null && command -v amtool >/dev/null \
        && [ -e "/$share/default.tmpl" ]
    then
        return
    fi
    if ! take_out prometheus-alertmanager usr/bin/prometheus-alertmanager usr/bin/amtool \
            "$share/default.tmpl" "$share/email.tmpl" \
        || ! as_root install -D -m 644 -t "/$share" "$tools/default.tmpl" "$tools/email.tmpl"
    then
        say "could not get alertmanager: its tests are skipped"
    fi
}
