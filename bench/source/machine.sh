# Sourced by the benchmarks: what they need of the machine, how programs are started and ended, and what is read from /proc.
# Sets java, jar, processors, cpus, load_cpus and load; open_results MODE sets results, work and csv.
# shellcheck shell=bash disable=SC2034,SC2154

missing=0
need() { command -v "$1" >/dev/null 2>&1 || { echo "bench: $1 is missing; Debian, Ubuntu: apt-get install $2" >&2; missing=1; }; }
need taskset util-linux
. ./.mvn/find-jdk.sh
portreeve_find_jdk
java=$JAVA_HOME/bin/java
jar=gateway/target/portreeve.jar
[ -d gateway/target/lib ] && [ -f $jar ] || { echo "bench: $jar is missing; build it: ./build -DskipTests package" >&2; missing=1; }

processors=$(nproc)
if [ "$processors" -ge 4 ]; then
  cpus=${BENCH_CPUS:-0,1} load_cpus=${BENCH_LOAD_CPUS:-2-$((processors - 1))}
else
  cpus=${BENCH_CPUS:-0-$((processors - 1))} load_cpus=${BENCH_LOAD_CPUS:-0-$((processors - 1))}
fi
load=$(cut -d ' ' -f 1 /proc/loadavg)

# open_results MODE: folders for figures and for logs; from here on what was started is ended with the script.
open_results() {
  [ $missing = 0 ] || exit 1
  results=bench/results/$(date -u +%Y-%m-%dT%H%M%SZ)-$1
  work=$(mktemp -d)
  chmod 755 "$work" # nginx's worker is another user when this runs as root
  mkdir -p "$results"
  csv=$results/points.csv
  echo "kind,round,system,delay_ms,connections,requests,per_second,errors,p50_us,p90_us,p99_us,end_p50_us,cpu_us,database_cpu_us,rss_kb" >"$csv"
  trap finish EXIT
  trap 'exit 130' INT TERM
}

pids=()
finish() {
  status=$?
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill -CONT "$pid" 2>/dev/null || true; kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  if [ $status = 0 ]; then rm -rf "$work"; else echo "bench: failed; logs are in $work" >&2; fi
  exit $status
}

# start NAME CPUS COMMAND...: in the background, its process id in $started.
start() {
  local name=$1 on=$2
  shift 2
  taskset -c "$on" "$@" >"$work/$name.log" 2>&1 &
  started=$!
  pids+=("$started")
}

# wait_for NAME PORT PID: until the port answers; fails when the process ends or after 60 s.
wait_for() {
  for _ in $(seq 600); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then return 0; fi
    kill -0 "$3" 2>/dev/null || break
    sleep 0.1
  done
  echo "bench: $1 did not start:" >&2
  tail -n 20 "$work/$1.log" >&2
  return 1
}

# Processor time of processes in clock ticks, dead children included.
ticks_of() {
  local stat=0
  for pid in "$@"; do
    [ -r "/proc/$pid/stat" ] || continue
    # Fields 14 to 17 of the whole line, counted behind the name in parentheses, which may contain spaces.
    stat=$((stat + $(sed 's/.*) //' "/proc/$pid/stat" | awk '{print $12 + $13 + $14 + $15}')))
  done
  echo $stat
}
# The processes of a database: all below the postmaster.
database_processes() { [ -z "$1" ] || echo "$1" $(cat "/proc/$1/task/$1/children"); }
rss_of() { awk '/^VmRSS/ {print $2}' "/proc/$1/status" 2>/dev/null || echo 0; }
microseconds_per() { awk -v ticks="$1" -v hz="$(getconf CLK_TCK)" -v n="$2" 'BEGIN {printf "%.1f", n ? ticks * 1e6 / hz / n : 0}'; }

# java_point KIND ROUND SYSTEM CALLERS COMMAND...: runs a load generator that prints requests, duration, failures, p50, p90, p99,
# and writes one line of figures; nothing for round 0, which only warms up. What belongs to "direct" is nobody's processor time.
java_point() {
  local kind=$1 round=$2 system=$3 conns=$4 before after db_before db_after out
  shift 4
  before=$(ticks_of ${process[$system]:-}) db_before=$(ticks_of $(database_processes "${database[$system]:-}"))
  out=$("$@")
  after=$(ticks_of ${process[$system]:-}) db_after=$(ticks_of $(database_processes "${database[$system]:-}"))
  local requests duration failures p50 p90 p99 cpu="" db="" rss="" per_second
  read -r requests duration failures p50 p90 p99 <<<"$out"
  if [ "$failures" != 0 ] || [ "$requests" = 0 ]; then echo "bench: $kind of $system failed $failures times: see above" >&2; return 1; fi
  [ "$round" = 0 ] && return 0
  if [ "$system" != direct ]; then
    cpu=$(microseconds_per $((after - before)) "$requests") db=$(microseconds_per $((db_after - db_before)) "$requests")
    rss=$(rss_of "${process[$system]}")
  fi
  per_second=$(awk -v n="$requests" -v us="$duration" 'BEGIN {printf "%.0f", n * 1e6 / us}')
  echo "$kind,$round,$system,0,$conns,$requests,$per_second,$failures,$p50,$p90,$p99,,$cpu,$db,$rss" >>"$csv"
  printf 'round %s  %-28s %-8s %3s caller(s)  %7s/s  p50 %8s us  p99 %9s us\n' "$round" "$kind" "$system" "$conns" "$per_second" "$p50" "$p99"
}

# The head of a report: how and on what it was measured.
say_machine() { # WHAT RUNS WHERE
  echo "mode $mode, $rounds round(s) of $seconds s a point, medians over the rounds; $(date -u +%Y-%m-%d)"
  echo "$processors processors ($(awk -F': ' '/^model name/ {print $2; exit}' /proc/cpuinfo)), $(awk '/^MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo); $1; load average before the start $load"
  if awk -v load="$load" -v n="$processors" 'BEGIN {exit !(load > n / 4)}'; then echo "OTHER WORK WAS RUNNING: these figures say little"; fi
  echo "$("$java" -version 2>&1 | sed -n 2p); commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
}
