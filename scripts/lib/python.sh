# shellcheck shell=bash
# Ways to a Python 3.14 that Home Assistant accepts. Each prints the interpreter's path, or says in `why` what is missing.

PYTHON_DIR=$VENV/python
CERTIFICATES=$PYTHON_DIR/ca-certificates.crt # for a machine that has none itself
NEXT_DEBIAN=forky # the first Debian release with Python 3.14
why=()

# Prints the path if this is 3.14.2 or a later 3.14, with all the modules that distributions like to split off.
usable_python() {
  "$1" -c 'import bz2, ctypes, ensurepip, lzma, sqlite3, ssl, sys, venv
if not (3, 14, 2) <= sys.version_info < (3, 15): sys.exit("Python 3.14.2 or a later 3.14 is needed")
print(sys.executable)'
}

python_of_system() {
  if ! command -v python3.14 >/dev/null; then
    why+=("There is no python3.14 on the PATH.")
  elif ! usable_python python3.14; then
    why+=("The python3.14 on the PATH is older than 3.14.2 or lacks modules.")
  else
    return 0
  fi
  return 1
}

python_of_uv() {
  local uv=$1
  export UV_PYTHON_INSTALL_DIR=$PYTHON_DIR
  if [[ ! -x $uv ]]; then
    why+=("There is no uv, which could download one.")
  # The download comes from a host that many machines do not reach: do not wait for long.
  elif ! UV_HTTP_TIMEOUT=15 UV_HTTP_RETRIES=1 timeout 60 "$uv" python install --no-bin 3.14 >&2 ||
    ! usable_python "$("$uv" python find --managed-python 3.14)"; then
    why+=("uv could not download one.")
  else
    return 0
  fi
  return 1
}

# Debian 12 and 13 have no 3.14, the next release has. Its packages, checked with this machine's own Debian keyring, are
# unpacked here: nothing is installed and no root is needed. They bring their own C library, so a launcher starts the
# interpreter with their loader. (patchelf could write the loader into the program, but Debian 13's breaks this one.)
python_of_next_debian() {
  local work=$PYTHON_DIR.apt bin=$PYTHON_DIR/usr/bin keyring mirror packages='' deb libs loader
  keyring=$(find /usr/share/keyrings -name 'debian-archive-keyring.[gp]*' -print -quit 2>/dev/null)
  if ! command -v apt-get >/dev/null || [[ -z $keyring ]]; then
    why+=("This is not Debian, whose next release could lend one.")
    return 1
  fi

  for mirror in $(debian_mirrors); do
    rm -rf "$work" "$PYTHON_DIR"
    mkdir -p "$work"/{lists,archives}/partial "$work/debs" "$PYTHON_DIR"
    echo "deb [arch=$(dpkg --print-architecture) signed-by=$keyring] $mirror $NEXT_DEBIAN main" >"$work/sources.list"
    # What the interpreter needs, without what only a whole system uses.
    private_apt "$work" update >&2 &&
      packages=$(private_apt "$work" -s install --no-install-recommends python3.14 python3.14-venv libstdc++6 |
        awk '$1 == "Inst" { print $2 }' |
        grep -vxE 'debconf|libc-gconv-modules-extra|media-types|netbase|openssl|readline-common|tzdata') && break
  done
  # shellcheck disable=SC2086 # a list of names
  if [[ -z $packages ]] || ! (cd "$work/debs" && private_apt "$work" download $packages >&2); then
    why+=("No Debian mirror in this machine's apt sources (${mirror:-none found}) delivered one of $NEXT_DEBIAN.")
    return 1
  fi
  for deb in "$work"/debs/*.deb; do
    dpkg -x "$deb" "$PYTHON_DIR" || return 1
  done
  rm -rf "$work"
  cat "$PYTHON_DIR"/usr/share/ca-certificates/mozilla/*.crt >"$CERTIFICATES"

  libs=$(echo "$PYTHON_DIR"/usr/lib/*-linux-gnu*)
  loader=$(echo "$libs"/ld-linux*.so.*)
  mv "$bin/python3.14" "$bin/python3.14.real"
  cat >"$bin/python3.14" <<LAUNCHER
#!/bin/sh
exec "$loader" --argv0 "\$0" --library-path "$libs" "$bin/python3.14.real" "\$@"
LAUNCHER
  chmod +x "$bin/python3.14"
  "$bin/python3.14" -m compileall -q -j 0 "$PYTHON_DIR/usr/lib/python3.14" >&2 # as the packages would do when installed
  usable_python "$bin/python3.14" && return
  why+=("The one of Debian $NEXT_DEBIAN does not run here.")
  return 1
}

# apt-get that knows nothing of the packages installed here and changes nothing outside $1. Proxy settings still apply. A
# mirror that lags behind will do: the signature is what counts.
private_apt() {
  local work=$1
  shift
  apt-get -q \
    -o Dir::State="$work" -o Dir::State::lists="$work/lists" -o Dir::State::status=/dev/null \
    -o Dir::Cache="$work" -o Dir::Cache::archives="$work/archives" \
    -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any -o Acquire::Check-Valid-Until=false -o Acquire::Check-Date=false \
    -o Acquire::Retries=1 -o Acquire::http::Timeout=20 \
    "$@"
}

# Where this machine takes its own Debian release from. `indextargets` would be tidier, but is empty before a first update.
debian_mirrors() {
  local release
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
  apt-get -o Debug::NoLocking=1 --print-uris update |
    sed -nE "s#^'([^']+)/dists/($release|stable|oldstable)/InRelease'.*#\1#p"
}
