# shellcheck shell=bash disable=SC2154
# What the launcher "atoll" does in a checkout only: build, fetch what tests and demo need, test, fuzz,
# measure loops.
# Sourced by it; uses its say, missing, home, java_home, java_options, jar, cache and sqlite.

log=$home/target/launcher.log
guest=$home/target/guest

# What tests and demo call, and the Debian package it is in.
declare -A package_of=(
  [qemu-system-x86_64]=qemu-system-x86 [qemu-storage-daemon]=qemu-system-common
  [qemu-img]=qemu-utils [qemu-io]=qemu-utils
  [nbdinfo]=libnbd-bin [nbdcopy]=libnbd-bin
  [mke2fs]=e2fsprogs [e2fsck]=e2fsprogs [time]=time
)

# ---------------------------------------------------------------- one line per step

# lock: waits until no other launcher builds in this checkout. Descriptor 9 holds the lock; commands
# are started without it, so that nothing they leave running can keep it.
lock() {
  exec 9< "$home"
  flock -n 9 && return
  say "another atoll is at work in $home; waiting for it"
  flock 9
}

# once CHECK MAKE: makes what CHECK does not find. Of several launchers only one makes it.
once() {
  "$1" && return
  lock
  "$1" || "$2"
  exec 9<&-
}

# step WHAT COMMAND...: runs it with its output in $log, and shows on one line how long it takes.
step() {
  local what=$1 began=$SECONDS ticker='' code=0
  shift
  mkdir -p "$home/target"
  printf 'atoll: %s ...' "$what" >&2
  if [[ -t 2 ]]; then
    tick "$what" 9<&- &
    ticker=$!
  fi
  "$@" > "$log" 2>&1 9<&- || code=$?
  if [[ $ticker ]]; then
    kill "$ticker"
    wait "$ticker" 2> /dev/null || true
    printf '\ratoll: %s ...' "$what" >&2
  fi
  printf ' %d s%s\n' $((SECONDS - began)) "$([[ $code == 0 ]] || echo ', failed')" >&2
  return "$code"
}

# tick WHAT: counts the seconds on the terminal for as long as the launcher lives.
tick() {
  local began=$SECONDS
  while sleep 1 && kill -0 $$; do
    printf '\ratoll: %s ... %d s' "$1" $((SECONDS - began)) >&2
  done
}

# ---------------------------------------------------------------- the jar

need_maven() {
  command -v mvn > /dev/null || missing "building needs Maven 3.8.7 or newer (Debian package: maven)"
}

# A folder that lost a file is newer, too.
jar_fresh() {
  [[ -f $jar && -z $(find "$home/pom.xml" "$home/src/main" -newer "$jar" -print -quit) ]]
}

# Tests and formatting are for "atoll test".
build_jar() {
  need_maven
  step building maven package -Dmaven.test.skip=true -Dspotless.check.skip=true && return
  grep -vE '\[INFO\]|^\[ERROR\] ($|->|To see|Re-run|For more|\[Help)' "$log" >&2 || cat "$log" >&2
  say "could not be built; all that Maven said is in $log"
  exit 70
}

# maven ARGUMENT...: runs Maven with the Java found. A jar it makes gets the time at which Maven began:
# what is saved while it runs is then newer than the jar.
maven() {
  local code=0 began=$home/target/began
  mkdir -p "$home/target"
  touch "$began"
  (cd "$home" && JAVA_HOME=$java_home exec mvn -B -ntp "$@") || code=$?
  if [[ $jar -nt $began ]]; then
    touch -r "$began" "$jar"
    unpack_sqlite
    make_cache
  fi
  return "$code"
}

# Where there is no library for this processor in the jar, SQLite says so itself. A service that runs may
# have the old one mapped: the new one is put in its place, whole, never written into it.
unpack_sqlite() {
  local folder library
  library=org/sqlite/native/Linux/$(uname -m)/libsqlitejdbc.so
  folder=$(mktemp -d "$home/target/sqlite.XXXXXX")
  (
    cd "$folder" && "$java_home/bin/jar" --extract --file "$jar" "$library" &&
      touch "$library" && mv "$library" "$sqlite" # the one in the jar is older than the jar
  ) >> "$log" 2>&1 || true
  rm -rf "$folder"
}

# Without the cache starting is only slower: it is no failure when this Java cannot make one. What Java
# learns in a rehearsal of a second it must not keep: code compiled by that takes half as long again for
# a restore of 3 GiB.
make_cache() {
  local folder
  folder=$(mktemp -d)
  "$java_home/bin/java" -XX:AOTCacheOutput="$cache" -XX:+UnlockDiagnosticVMOptions \
    -XX:+IgnoreUnrecognizedVMOptions -XX:-AOTRecordTraining "-Xmx$heap" \
    -jar "$jar" rehearse "$folder" >> "$log" 2>&1 || true
  rm -rf "$folder"
}

# ---------------------------------------------------------------- Debian packages, the test guest

tools_present() {
  local tool
  packages=()
  for tool in "${!package_of[@]}"; do
    type -P "$tool" > /dev/null && continue # bash has a "time" of its own
    [[ " ${packages[*]} " == *" ${package_of[$tool]} "* ]] || packages+=("${package_of[$tool]}")
  done
  [[ ${#packages[@]} == 0 ]]
}

may_install() {
  command -v apt-get > /dev/null || return
  as_root=()
  [[ $EUID == 0 ]] && return
  as_root=(sudo -n)
  sudo -n true 2> /dev/null
}

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 "$@"
}

# with_lists WHAT COMMAND...: a step that can fail because the lists of packages are missing or old.
with_lists() {
  step "$@" && return
  may_install && step "updating the lists of Debian packages" apt update && step "$@" && return
  tail -n 20 "$log" >&2
  return 1
}

install_packages() {
  local by_hand="apt-get update && apt-get install --no-install-recommends ${packages[*]}"
  may_install || missing "these Debian packages are missing: ${packages[*]}
Install them as root: $by_hand"
  with_lists "installing ${packages[*]}" apt install --no-install-recommends "${packages[@]}" ||
    missing "could not install these Debian packages: ${packages[*]}
Install them as root: $by_hand"
}

guest_present() {
  local manifest=$guest/manifest
  [[ -f $manifest && -z $(find "$home/guest" -newer "$manifest" -print -quit) ]]
}

build_guest() {
  with_lists "building the test guest" "$home/guest/build-guest.sh" "$guest" ||
    missing "could not build the test guest out of Debian packages"
}

set_up() {
  PATH=$PATH:/usr/sbin:/sbin # mke2fs and e2fsck are there, and not everybody's PATH has it
  once tools_present install_packages
  once guest_present build_guest
}

# What "bench repository" measures beside Atoll; it does without those that cannot be had.
set_up_bench_repository() {
  PATH=$PATH:/usr/sbin:/sbin
  package_of=([mkfs.ext4]=e2fsprogs [time]=time)
  once tools_present install_packages
  package_of=([restic]=restic [borg]=borgbackup [qemu-img]=qemu-utils)
  local tool
  for tool in "${!package_of[@]}"; do
    if [[ " $* " == *" --without $tool "* || " $* " == *" --without=$tool "* ]]; then
      unset "package_of[$tool]"
    fi
  done
  once tools_present install_or_say
}

install_or_say() {
  (install_packages) || say "going on without ${packages[*]}"
}

# ---------------------------------------------------------------- test

test_usage() {
  cat << 'USAGE'
Usage: ./atoll test [--quick | --long] [--trials] [-Dname=value ...]
Installs the Debian packages that are missing, builds the test guest, and runs all tests.
  --quick   unit tests only; needs neither packages nor guest
  --long    also the slow ones: thousands of random seeds
  --trials  only those that kill Atoll again and again, see docs/reliability.md
  -D...     is handed to Maven, such as -Dtest=FloorsTest
The exit code is Maven's.
USAGE
}

run_tests() {
  local argument goal='verify' arguments=() code=0
  for argument; do
    case $argument in
      -h | --help) test_usage && exit ;;
      --quick) goal='test' ;;
      --long) arguments+=(-Datoll.long=true) ;;
      --trials) arguments+=(-DskipUnitTests=true -Dit.test=EveryStepIT,RandomKillsIT) ;;
      -D?*) arguments+=("$argument") ;;
      *) say "test has no option '$argument'" && test_usage >&2 && exit 2 ;;
    esac
  done
  need_maven
  if [[ $goal == verify ]]; then
    package_of+=([openstack]=python3-openstackclient [cinder]=python3-cinderclient)
    set_up
    arguments+=(-Datoll.tools.required=true)
  fi
  marked_maven "$goal" "${arguments[@]}" || code=$?
  [[ $code == 0 ]] || say_failed
  say "tests $([[ $code == 0 ]] && echo passed || echo FAILED) after $((SECONDS / 60)) min $((SECONDS % 60)) s"
  exit "$code"
}

# Says at the end what failed: it is far above, and of several runs of tests each ends with its own sum.
say_failed() {
  find "$home/target" -path '*-reports/*.txt' -newer "$home/target/began" \
    -exec grep -h -A 1 -E '<<< (FAILURE|ERROR)!$' {} + | grep -v '^--$' | grep -v '^Tests run:' | cut -c 1-300 >&2 || true
}

# Everything the tests start, however it detaches itself, inherits the mark in its environment. In the
# background, because the shell hears a signal while it waits, but not while it runs a command.
marked_maven() {
  mark=ATOLL_TEST_RUN=$$.$EPOCHSECONDS
  trap end_marked EXIT
  lock
  (export "${mark?}" && maven "$@") 9<&- &
  wait $!
}

marked() { grep -lszxF "$mark" /proc/[0-9]*/environ | cut -d/ -f3 || true; }

end_marked() {
  local signal left pid
  for signal in TERM KILL; do
    mapfile -t left < <(marked)
    [[ ${#left[@]} != 0 ]] || return 0
    for pid in "${left[@]}"; do
      say "ending what the tests left running: $pid $(tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline" | cut -c 1-120)"
    done
    kill -s "$signal" "${left[@]}" 2> /dev/null || true
    for _ in {1..10}; do
      [[ -z $(marked) ]] || sleep 0.5
    done
  done
}

# ---------------------------------------------------------------- fuzz

# build_tests PROFILE: with what the profile adds, and its class path in target/PROFILE/class-path.
build_tests() {
  need_maven
  lock
  step "building the tests" maven process-test-classes "-P$1" -Dspotless.check.skip=true || {
    grep -E '^\[ERROR\]' "$log" >&2 || cat "$log" >&2
    say "could not be built; all that Maven said is in $log"
    exit 70
  }
  exec 9<&-
}

# Niced: it takes a whole core for as long as it runs.
run_fuzz() {
  build_tests fuzz
  cd "$home"
  exec nice "$java_home/bin/java" --enable-native-access=ALL-UNNAMED \
    -Dlogback.configurationFile=fuzz-logback.xml \
    -cp "target/test-classes:target/classes:$(< target/fuzz/class-path)" atoll.fuzz.FuzzMain "$@"
}

# ---------------------------------------------------------------- bench loops

# The tests are compiled without JMH's generator: what it writes would not pass our compiler's checks.
run_loops() {
  build_tests loops
  cd "$home"
  local class_path
  class_path=target/test-classes:target/classes:$(< target/loops/class-path)
  mkdir -p target/loops/classes
  step "generating the benchmarks" "$java_home/bin/javac" -d target/loops/classes -cp "$class_path" \
    -processorpath "$class_path" -processor org.openjdk.jmh.generators.BenchmarkProcessor \
    src/test/java/atoll/repository/HotLoops.java || {
    cat "$log" >&2
    exit 70
  }
  exec "$java_home/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "target/loops/classes:$class_path" org.openjdk.jmh.Main "$@"
}

# ----------------------------------------------------------------

trap 'exit 130' INT
trap 'exit 143' TERM HUP

case ${1-} in
  test)
    run_tests "${@:2}"
    ;;
  fuzz)
    run_fuzz "${@:2}"
    ;;
  demo | bench)
    if [[ "${1-} ${2-}" == 'bench loops' ]]; then
      run_loops "${@:3}"
    elif [[ " $* " == *' --help '* || " $* " == *' -h '* ]]; then
      : # explaining needs nothing
    elif [[ "${1-} ${2-}" == 'bench repository' ]]; then
      set_up_bench_repository "$@"
    else
      set_up
      java_options+=(-Datoll.guest="$guest")
    fi
    ;;
esac
once jar_fresh build_jar
