// Package deployed holds what deploy/ and scripts/ ship to what the program is.
//
// Model: a file for a machine is true when the machine takes it. What can be run is run:
// nginx with the shipped configuration over TLS in front of two processes of the program
// on one PostgreSQL, the script of rolling updates against them under load, PostgreSQL
// with the shipped settings and roles, Caddy and systemd as checkers of their files, the
// release script twice. What cannot (engines of containers, clusters, clouds) is read by
// what those read it with: compose files by compose's own loader, with the settings that
// are shipped as examples; manifests, strictly, into the types of Kubernetes' own API. The
// task of ECS and the overlays of kustomize go into types of the fields that we use,
// written after their references. A misspelt field, a quantity that is none, a reference
// to nothing is found; that a cluster admits the whole is not shown by it.
//
// Beside that, everything that names something of ours is held to it: variables to
// internal/config, commands to the command line, addresses, ports, limits and sizes to the
// code, pools of connections to PostgreSQL's.
package deployed
