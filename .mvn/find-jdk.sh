# Sourced by ./build and ./portreeve: sets JAVA_HOME to the first JDK that is new enough, or says how to get one.
#
# It reads the version from each JDK's `release` file instead of starting it, so looking costs nothing. It also asks for
# a compiler, because a runtime alone cannot build. Symbolic links are left alone: a package manager may move the target.

portreeve_jdk_needed=25

# Prints the major version of the JDK in folder $1; fails when there is no JDK.
portreeve_jdk_major() {
  [ -f "$1/release" ] && [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
  sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9][0-9]*\).*/\1/p' "$1/release" | head -n 1
}

portreeve_jdk_fits() {
  portreeve_major=$(portreeve_jdk_major "$1") && [ -n "$portreeve_major" ] && [ "$portreeve_major" -ge "$portreeve_jdk_needed" ]
}

# Prints the home of the `java` on the PATH, following links; fails when it is no JDK's.
portreeve_jdk_on_path() {
  portreeve_java=$(command -v java) || return 1
  portreeve_hops=0
  while [ -L "$portreeve_java" ] && [ "$portreeve_hops" -lt 20 ]; do
    portreeve_link=$(readlink "$portreeve_java")
    case $portreeve_link in
      /*) portreeve_java=$portreeve_link ;;
      *) portreeve_java=$(dirname "$portreeve_java")/$portreeve_link ;;
    esac
    portreeve_hops=$((portreeve_hops + 1))
  done
  (cd "$(dirname "$portreeve_java")/.." 2>/dev/null && pwd)
}

portreeve_find_jdk() {
  if [ -n "${PORTREEVE_JAVA_HOME:-}" ] && ! portreeve_jdk_fits "$PORTREEVE_JAVA_HOME"; then
    echo "PORTREEVE_JAVA_HOME=$PORTREEVE_JAVA_HOME is not a JDK $portreeve_jdk_needed or newer; looking elsewhere" >&2
  fi
  for portreeve_candidate in \
    "${PORTREEVE_JAVA_HOME:-}" "${JAVA_HOME:-}" "$(portreeve_jdk_on_path)" \
    /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* "${HOME:-}"/.local/share/mise/installs/java/*; do
    if [ -n "$portreeve_candidate" ] && portreeve_jdk_fits "$portreeve_candidate"; then
      JAVA_HOME=$portreeve_candidate
      export JAVA_HOME
      return 0
    fi
  done
  cat >&2 <<MESSAGE
Portreeve needs a JDK $portreeve_jdk_needed or newer and found none.
  Debian, Ubuntu:  apt-get install openjdk-$portreeve_jdk_needed-jdk   (or the package temurin-$portreeve_jdk_needed-jdk of Eclipse Adoptium)
  Fedora:          dnf install java-$portreeve_jdk_needed-openjdk-devel
  macOS:           brew install openjdk@$portreeve_jdk_needed
  anywhere:        sdk install java $portreeve_jdk_needed-tem   (SDKMAN!)
If one is installed, name its folder: PORTREEVE_JAVA_HOME=/path/to/jdk
MESSAGE
  return 1
}
