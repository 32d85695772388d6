# Sourced by bench/run: how each system is started. Sets process, database, port_of_0, port_of_5 and key by system name.
# shellcheck shell=bash disable=SC2154,SC2034

# The JVM as ./portreeve starts it.
jvm=(-XX:+UseG1GC -XX:+UseCompactObjectHeaders -Xmx512m --enable-native-access=ALL-UNNAMED)
jvm+=(${BENCH_JAVA_OPTS:-})

# An answer of about 600 bytes, requests of 2048.
write_bodies() {
  printf '%s' '{"id":"chatcmpl-bench0000000000000000000001","object":"chat.completion","created":1700000000,"model":"bench-model","choices":[{"index":0,"message":{"role":"assistant","content":"The gate opens at dawn and closes at dusk. Whoever comes with a cart pays the toll at the bridge, whoever comes on foot pays nothing, and the clerk writes down both. At the end of the month the book is read aloud in the hall, so that nobody can say later that he was not told.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":450,"completion_tokens":60,"total_tokens":510},"service_tier":"default","system_fingerprint":"fp_bench"}' >"$work/answer.json"
  local sentence="A carter asks the clerk at the gate what he has to pay for two barrels and a goat. " text=""
  while [ ${#text} -lt 1700 ]; do text+=$sentence; done
  local name rest head
  for name in 0 5 stream; do
    rest=""
    [ "$name" = stream ] && rest='"stream":true,'
    head="{\"model\":\"bench-$name\",\"max_tokens\":256,$rest\"messages\":[{\"role\":\"system\",\"content\":\"You answer in two sentences.\"},{\"role\":\"user\",\"content\":\""
    printf '%s%-*.*s"}]}' "$head" $((2048 - ${#head} - 4)) $((2048 - ${#head} - 4)) "$text$text" >"$work/body-$name.json"
  done
}

nginx_conf() { # NAME BODY-OF-HTTP
  cat >"$work/$1.conf" <<CONF
worker_processes 1;
worker_cpu_affinity auto;
pid $work/$1.pid;
error_log $work/$1.error.log warn;
daemon off;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 100000000;
  client_body_buffer_size 64k;
  client_body_temp_path $work/$1-body;
  proxy_temp_path $work/$1-proxy;
  fastcgi_temp_path $work/$1-fastcgi;
  uwsgi_temp_path $work/$1-uwsgi;
  scgi_temp_path $work/$1-scgi;
  $2
}
CONF
  # The affinity of taskset is what counts, not nginx's own.
  sed -i '/worker_cpu_affinity/d' "$work/$1.conf"
}

start_upstreams() {
  write_bodies
  "$JAVA_HOME/bin/javac" -d "$work/classes" -cp 'gateway/target/portreeve.jar:gateway/target/lib/*' bench/source/*.java
  nginx_conf upstream "server { listen 127.0.0.1:$fixed backlog=4096;
    location / { default_type application/json; return 200 '$(cat "$work/answer.json")'; } }"
  start upstream "$load_cpus" nginx -e "$work/upstream.error.log" -c "$work/upstream.conf"
  wait_for upstream "$fixed" "$started"
  start delayed "$load_cpus" "$java" -Xmx256m -XX:+UseSerialGC -cp "$work/classes" MockUpstream "$delayed" "$work/answer.json" 5 30 5
  wait_for delayed "$delayed" "$started"
}

proxy_server() { # PORT UPSTREAM-PORT
  echo "upstream u$2 { server 127.0.0.1:$2; keepalive 256; keepalive_requests 100000000; }
  server { listen 127.0.0.1:$1 backlog=4096;
    location / { proxy_pass http://u$2; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_buffering $3; } }"
}

start_system() {
  local name=$1
  database[$name]="" key[$name]=none
  case $name in
    direct)
      port_of_0[direct]=$fixed port_of_5[direct]=$delayed process[direct]=$$
      ;;
    nginx)
      port_of_0[nginx]=$((base + 2)) port_of_5[nginx]=$((base + 3))
      nginx_conf nginx "$(proxy_server $((base + 2)) "$fixed" on) $(proxy_server $((base + 3)) "$delayed" off)"
      start nginx "$cpus" nginx -e "$work/nginx.error.log" -c "$work/nginx.conf"
      wait_for nginx $((base + 3)) "$started"
      process[nginx]=$(cat "/proc/$started/task/$started/children")
      ;;
    bare)
      port_of_0[bare]=$((base + 4)) port_of_5[bare]=$((base + 5))
      start bare "$cpus" "$java" "${jvm[@]}" -cp "$work/classes:gateway/target/lib/*" BareProxy "$((base + 4))" "$fixed" "$((base + 5))" "$delayed"
      process[bare]=$started
      wait_for bare $((base + 5)) "$started"
      ;;
    off)
      port_of_0[off]=$((base + 6)) port_of_5[off]=$((base + 6))
      BENCH_LISTEN=0 BENCH_ADMIN=0 BENCH_DATA=$work/off-data BENCH_FIXED=$fixed BENCH_DELAYED=$delayed \
        start off "$cpus" "$java" "${jvm[@]}" -cp "$work/classes:gateway/target/portreeve.jar:gateway/target/lib/*" Ungoverned bench/config/lean.yaml "$((base + 6))"
      process[off]=$started
      wait_for off $((base + 6)) "$started"
      ;;
    lean) start_gateway lean $((base + 10)) ;;
    on) start_gateway on $((base + 12)) ;;
    guarded) start_gateway guarded $((base + 14)) ;;
    unbudgeted) start_gateway unbudgeted $((base + 18)) ;;
    trailing) start_gateway trailing $((base + 20)) ;;
    *) echo "bench: there is no system \"$name\"; there are: $all_systems" >&2; return 1 ;;
  esac
}

# start_gateway CONFIG-NAME PORT: the packaged server with embedded PostgreSQL, its data in the work folder.
start_gateway() {
  local name=$1 port=$2 data=$work/$1-data
  mkdir -p "$data"
  BENCH_LISTEN=$port BENCH_ADMIN=$((port + 1)) BENCH_DATA=$data BENCH_FIXED=$fixed BENCH_DELAYED=$delayed \
    start "$name" "$cpus" "$java" "${jvm[@]}" -jar "$jar" serve --config "bench/config/$name.yaml"
  process[$name]=$started port_of_0[$name]=$port port_of_5[$name]=$port
  wait_for "$name" "$port" "$started"
  key[$name]=$("$java" -jar "$jar" keys create wrk --name bench --data "$data" 2>>"$work/$name.log" | head -n 1)
  # The postmaster may be a child of a child that dropped privileges; its pid file says which process it is.
  database[$name]=$(find "$data" -name postmaster.pid -exec head -n 1 {} \;)
  [ -n "${key[$name]}" ] || { echo "bench: no key for $name:" >&2; tail -n 20 "$work/$name.log" >&2; return 1; }
}
