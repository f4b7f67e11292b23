#!/usr/bin/env bash
# The container exam: builds the image and lives through what a keeper meets. Needs a Docker engine with compose 2.24 or
# newer; not part of `make test`. No container gets a network (NETWORK=none), no host folder is mounted, nothing is left.
#
#   tests/container.sh
#   DOCKER="podman" BUILD_ARGS="--build-arg PYTHON_IMAGE=…" IMAGE=name tests/container.sh      NO_BUILD=1 examines IMAGE
#   NETWORK=bridge publishes the page as compose.yaml says and asks it from outside too
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
read -ra DOCKER <<< "${DOCKER:-docker}"
read -ra BUILD_ARGS <<< "${BUILD_ARGS:-}"
IMAGE=${IMAGE:-ordinance-watcher:exam}
NETWORK=${NETWORK:-none}
NAME=watcher-exam-$$
WORK=$(mktemp -d)
failed=0 passed=0

d() { "${DOCKER[@]}" "$@"; }
good() { passed=$((passed + 1)); printf '  ok    %s\n' "$*"; }
bad() { failed=$((failed + 1)); printf '  FAIL  %s\n' "$1"; [ -z "${2:-}" ] || printf '%s\n' "$2" | tail -15 | sed 's/^/          /'; }
has() { case $2 in *"$3"*) good "$1" ;; *) bad "$1: \"$3\" is not in what it said" "$2" ;; esac; }
lacks() { case $2 in *"$3"*) bad "$1: \"$3\" is in what it said" "$2" ;; *) good "$1" ;; esac; }
is() { if [ "$2" = "$3" ]; then good "$1 ($2)"; else bad "$1: $2 instead of $3" "${4:-}"; fi; }
now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{printf "%.1f", $1 - $2}'; }

tidy() {
  d rm -f $NAME $NAME-second >/dev/null 2>&1
  for volume in $NAME $NAME-files $NAME-fresh; do d volume rm -f "$volume" >/dev/null 2>&1; done
  [ ! -e "$WORK/compose.yaml" ] || (cd "$WORK" && d compose -p $NAME -f compose.yaml -f exam.yaml down -v >/dev/null 2>&1)
  rm -rf "$WORK"
}
trap tidy EXIT

# As compose.yaml has it, in a quarter of its memory and without shared memory, swap or a network.
HARD=(--network none --ipc none --read-only --tmpfs "/tmp:size=64m,noexec,nosuid,nodev" --cap-drop ALL
  --security-opt no-new-privileges --memory 256m --memory-swap 256m --pids-limit 100 -v "$NAME-files:/files:ro")
run() { d run --rm "${HARD[@]}" "$@" 2>&1; }
health() { d inspect "$1" --format '{{.State.Health.Status}}' 2>&1; }
becomes() { # NAME STATE SECONDS
  for ((second = 0; second < $3 * 5; second++)); do
    [ "$(health "$1")" = "$2" ] && return 0
    sleep 0.2
  done
  return 1
}
FAST=(--health-interval 2s --health-retries 2 --health-timeout 5s --health-start-period 1s)

echo "image"
if [ -z "${NO_BUILD:-}" ]; then
  started=$(now)
  if said=$(d build "${BUILD_ARGS[@]}" -t "$IMAGE" . 2>&1); then good "builds, in $(since "$started") s"; else bad "does not build" "$said"; exit 1; fi
fi
is "its user is a number and not root" "$(d inspect "$IMAGE" --format '{{.Config.User}}')" 10001:10001
has "it has a health check" "$(d inspect "$IMAGE" --format '{{json .Config.Healthcheck}}')" '"watcher","healthcheck"'
echo "        $(($(d inspect "$IMAGE" --format '{{.Size}}') / 1000000)) MB, of which the program and its libraries $(d run --rm --network none --entrypoint du "$IMAGE" -sm /opt/venv | cut -f1) MB"
said=$(d run --rm --network none --entrypoint sh "$IMAGE" -c 'find / -xdev \( -name .git -o -name tests -path "/app/*" -o -name ".env" -o -name "*.sqlite3" \) 2>/dev/null; ls /root/.cache 2>/dev/null; /opt/venv/bin/python -m pip --version; /opt/venv/bin/python -c "import hatchling"' 2>&1)
has "the program's environment cannot install anything" "$said" "No module named pip"
has "nor build" "$said" "No module named 'hatchling'"
lacks "no repository, data or cache is in it" "$said" ".git"

# The files that the exam serves and mounts; a volume, so that no folder of the host is needed.
cat > "$WORK/sites.yaml" <<'Y'
version: 1
defaults: {min_delay: 0s}
channels: {log: {kind: console}}
operator: [log]
sites:
  - {id: page, jurisdiction: &place {name: Springfield, state: IL, kind: city, time_zone: America/Chicago}, body: City Council, platform: page, url: "http://127.0.0.1:8899/agenda.html"}
  - {id: agenda, jurisdiction: page, body: City Council, platform: page, url: "http://127.0.0.1:8899/agenda.pdf"}
Y
sed -i 's/&place //' "$WORK/sites.yaml"
sed '/id: agenda/d; s#agenda.html#hang#' "$WORK/sites.yaml" > "$WORK/hanging.yaml"
sed 's#log: {kind: console}#log: {kind: console}, newsroom: {kind: slack, token: "env:SLACK_BOT_TOKEN", channel: C0123456789}#' "$WORK/sites.yaml" > "$WORK/slack.yaml"
printf 'xoxb-%s' 1234567890-not-a-real-token > "$WORK/token"
cat > "$WORK/town.py" <<'P'
"""Two pages of a pretend council on 127.0.0.1:8899, with a detainer item once /tmp/news is there; /hang never answers."""
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from watcher.demo.pdf import written

NEWS = "Resolution directing the Sheriff not to honor ICE civil immigration detainer requests."


class Town(BaseHTTPRequestHandler):
    def do_GET(self):
        lines = ["City Council", "Approve the minutes of the last meeting.", "Award of bid for the chiller of the ice rink."]
        if Path("/tmp/news").exists():
            lines.append(NEWS)
        if self.path == "/hang":
            time.sleep(600)
        page = {"/agenda.html": "".join(f"<p>{line}</p>" for line in lines).encode(), "/agenda.pdf": written(lines)}.get(self.path)
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "application/pdf" if self.path.endswith("pdf") else "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page or b"not here")

    def log_message(self, *words):
        pass


ThreadingHTTPServer(("127.0.0.1", 8899), Town).serve_forever()
P
d volume create $NAME >/dev/null && d volume create $NAME-files >/dev/null && d volume create $NAME-fresh >/dev/null
tar -C "$WORK" -c . | d run -i --rm --network none --user 0 -v $NAME-files:/files --entrypoint sh "$IMAGE" -c \
  'tar -C /files -x && chmod -R a+rX /files && cp /files/token /files/closed && chown 0:0 /files/closed && chmod 600 /files/closed'

echo "locked in: read-only, no capability, no new privileges, 256 MB, 100 processes"
said=$(run --entrypoint sh "$IMAGE" -c 'id -u; grep -E "CapEff|NoNewPrivs" /proc/self/status; touch /app/x; ls /dev/shm')
has "not root" "$said" 10001
has "without any capability" "$said" "CapEff:	0000000000000000"
has "the root file system is read-only" "$said" "Read-only file system"
said=$(run "$IMAGE" validate); is "validate" $? 0 "$said"
said=$(run --user 4242:4242 "$IMAGE" validate); is "validate as a uid that no passwd file knows" $? 0 "$said"
said=$(run "$IMAGE" demo --once); is "demo --once" $? 0 "$said"
has "the demo tells of the detainer item" "$said" detainer
said=$(run --user 4242:0 -v $NAME-fresh:/data "$IMAGE" migrate); is "a made-up uid in group 0 may write a fresh volume" $? 0 "$said"

echo "watching: a page and a PDF on loopback inside"
TOWN=(-e WATCHER_ALLOW_NETWORKS=127.0.0.0/8 -e WATCHER_REGISTRY=/files/sites.yaml -e WATCHER_LOG=console)
said=$(run "${TOWN[@]}" -v $NAME:/data --entrypoint sh "$IMAGE" -c 'python /files/town.py & sleep 2; watcher check --json; echo "exit $?"; touch /tmp/news; watcher check; echo "exit $?"; watcher changes --json; watcher verify; echo "verify $?"')
is "first visits are baselines, page and PDF" "$(grep -c '"outcome":"baseline"' <<< "$said")" 2 "$said"
is "both checks exit 0" "$(grep -c '^exit 0' <<< "$said")" 2 "$said"
is "the new item is found in the page and, behind the wall, in the PDF" "$(grep '"type":"change"' <<< "$said" | grep -c 'civil immigration detainer')" 2 "$said"
has "and told" "$said" "detainer"
has "verify is clean" "$said" "verify 0"
said=$(run "${TOWN[@]}" -e WATCHER_ALLOW_NETWORKS= --tmpfs /data:uid=10001 "$IMAGE" check page); is "without WATCHER_ALLOW_NETWORKS loopback is refused" $? 1 "$said"
has "and said" "$said" forbidden_address
said=$(run --entrypoint python "$IMAGE" -c '
import operator
from watcher import wall
from watcher.errors import Unreadable
ballast = b"x" * 120_000_000
try:
    wall.run(operator.mul, b"x", 400_000_000)
except Unreadable as trouble:
    print("refused:", trouble)
print("alive", wall.run(operator.mul, b"x", 3))'); is "a reader that eats all memory" $? 0 "$said"
has "is ended before the service is" "$said" "alive b'xxx'"

echo "running"
started=$(now)
d run -d --name $NAME "${HARD[@]}" "${FAST[@]}" -v $NAME:/data -e WATCHER_ALLOW_NETWORKS=127.0.0.0/8 -e WATCHER_REGISTRY=/files/hanging.yaml \
  --entrypoint sh "$IMAGE" -c 'python /files/town.py & exec watcher run' >/dev/null
if becomes $NAME healthy 30; then good "healthy after $(since "$started") s"; else bad "is not healthy" "$(d logs $NAME 2>&1)"; fi
sleep 3
said=$(d exec $NAME sh -c 'cat /proc/1/status /sys/fs/cgroup/memory.current /sys/fs/cgroup/memory/memory.usage_in_bytes' 2>/dev/null)
echo "        memory of the service: $(awk '/VmRSS/{rss=$2/1000} /VmHWM/{top=$2/1000} END{printf "%.0f MB, %.0f MB at most", rss, top}' <<< "$said")"
said=$(run -v $NAME:/data "$IMAGE" run); is "a second container on the same volume is refused" $? 2 "$said"
has "and told who holds it" "$said" "another watcher works on this folder: pid 1, run"
said=$(run -v $NAME:/data -e WATCHER_REGISTRY=/files/hanging.yaml "$IMAGE" sites --json); is "looking beside it is fine" $? 0 "$said"
started=$(now); d stop -t 20 $NAME >/dev/null; took=$(since "$started")
is "SIGTERM with a visit under way" "$(d inspect $NAME --format '{{.State.ExitCode}}')" 0 "$(d logs $NAME 2>&1)"
if awk "BEGIN{exit !($took < 10)}"; then good "ended in $took s"; else bad "took $took s to end"; fi
lacks "no traceback in its log" "$(d logs $NAME 2>&1)" Traceback
is "each line of the log is one JSON object" "$(d logs $NAME 2>&1 | grep -vc '^{.*}$')" 0 "$(d logs $NAME 2>&1)"
d start $NAME >/dev/null
if becomes $NAME healthy 30; then good "starts again on the same volume"; else bad "does not start again" "$(d logs $NAME 2>&1)"; fi

echo "what is sick is called so"
d kill -s STOP $NAME >/dev/null
if becomes $NAME unhealthy 40; then good "a loop that stands still is unhealthy"; else bad "a loop that stands still is $(health $NAME)"; fi
d rm -f $NAME >/dev/null
d run -d --name $NAME "${HARD[@]}" "${FAST[@]}" --health-cmd 'WATCHER_WEB_PORT=8099 watcher healthcheck' --tmpfs /data:uid=10001 "$IMAGE" >/dev/null
if becomes $NAME unhealthy 40; then good "asked at the wrong port it is unhealthy"; else bad "asked at the wrong port it is $(health $NAME)"; fi
d rm -f $NAME >/dev/null
d run -d --name $NAME "${HARD[@]}" "${FAST[@]}" --tmpfs /data:uid=10001 --entrypoint sh "$IMAGE" -c 'python -m http.server 8080 -d /app & sleep 1; exec watcher run' >/dev/null
if becomes $NAME unhealthy 40; then good "with another program on its port it is unhealthy"; else bad "with another program on its port it is $(health $NAME)"; fi
has "says why" "$(d inspect $NAME --format '{{range .State.Health.Log}}{{.Output}}{{end}}')" "answered by another program"
has "and watches on" "$(d logs $NAME 2>&1)" "watching goes on"
d rm -f $NAME >/dev/null

echo "folder and secrets"
said=$(run --user 4242:4242 -v $NAME:/data "$IMAGE" run); is "a folder of another owner" $? 2 "$said"
has "path, owner, our uid and the remedy are named" "$said" "/data belongs to uid 10001, we are uid 4242; run: chown -R 4242 /data"
said=$(run -v $NAME:/data:ro "$IMAGE" run); is "a folder that is mounted read-only" $? 2 "$said"
has "is named" "$said" "read-only file system"
said=$(run "${TOWN[@]}" --tmpfs /data:uid=10001,size=48k "$IMAGE" check); is "a full disk" $? 2 "$said"
has "is named" "$said" "full"
SLACK=(--tmpfs /data:uid=10001 -e WATCHER_REGISTRY=/files/slack.yaml)
said=$(run "${SLACK[@]}" "$IMAGE" run); is "a secret that is not there" $? 2 "$said"
has "is named" "$said" "SLACK_BOT_TOKEN: is not set"
said=$(run "${SLACK[@]}" -e SLACK_BOT_TOKEN_FILE=/files/closed "$IMAGE" run); is "a secret that uid 10001 may not read" $? 2 "$said"
has "owner, mode and our uid are named" "$said" "it belongs to uid 0, mode 0600; we are uid 10001"
said=$(run "${SLACK[@]}" -e SLACK_BOT_TOKEN_FILE=/files/token "$IMAGE" send-test newsroom); is "a secret in a file is taken (and no network: not sent)" $? 1 "$said"
lacks "and never shown" "$said" "not-a-real-token"

echo "compose"
cp compose.yaml sites.yaml "$WORK/"
mkdir -p "$WORK/secrets" && cp "$WORK/token" "$WORK/secrets/slack_bot_token" && chmod 644 "$WORK/secrets/slack_bot_token"
sed -i 's#^  log: {kind: console}.*#&\n  newsroom: {kind: slack, token: "env:SLACK_BOT_TOKEN", channel: C0123456789}#' "$WORK/sites.yaml"
[ "$NETWORK" = bridge ] && lan="" || lan="network_mode: $NETWORK, ports: !reset [],"
cat > "$WORK/exam.yaml" <<Y
services:
  watcher: {image: "$IMAGE", build: !reset null, $lan secrets: [slack_bot_token], environment: {SLACK_BOT_TOKEN_FILE: /run/secrets/slack_bot_token}}
secrets:
  slack_bot_token: {file: ./secrets/slack_bot_token}
Y
compose() { (cd "$WORK" && d compose -p $NAME -f compose.yaml -f exam.yaml "$@" 2>&1); }
started=$(now); said=$(compose up -d --wait --no-build); is "up --wait, with a file secret" $? 0 "$said $(compose logs)"
echo "        healthy after $(since "$started") s"
said=$(compose exec -T watcher watcher healthcheck); has "healthcheck inside" "$said" '"ok":true'
has "the channel with the secret is told" "$(compose logs)" "telling log, newsroom"
lacks "the secret is not in the log" "$(compose logs)" not-a-real-token
if [ "$NETWORK" = bridge ]; then said=$(curl -fsS --max-time 5 http://127.0.0.1:8080/healthz 2>&1); has "the page answers on the host's loopback" "$said" '"ok":true'; fi
id=$(compose ps -q watcher)
is "it runs read-only, without capabilities, as 10001" "$(d inspect "$id" --format '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.Config.User}}')" "true [ALL] 10001:10001"
started=$(now); compose stop >/dev/null
is "stops in $(since "$started") s" "$(d inspect "$id" --format '{{.State.ExitCode}}')" 0 "$(compose logs)"
compose down -v >/dev/null

echo
echo "$passed checks passed, $failed failed"
[ $failed = 0 ]
