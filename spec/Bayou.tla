-------------------------------- MODULE Bayou --------------------------------
(***************************************************************************)
(* A replicated key-value store with session guarantees, after Bayou.      *)
(*                                                                         *)
(* Servers keep a log of writes, a version vector and an accept-time       *)
(* counter; they pull from each other what they lack.  Clients put and get *)
(* at servers, and their sessions ask for guarantees (Terry et al. 1994).  *)
(* Links are cut, servers are killed and come back with their log or,      *)
(* under a new incarnation, without it or with an older copy.  Sessions    *)
(* end, and start again anew or from a token.  A pull is one step, or a    *)
(* request, an answer and a receipt, with messages that are lost and       *)
(* repeated.  Puts arrive when their session no longer waits for them.     *)
(*                                                                         *)
(* R1 .. R15 and V1 .. V11 are the rules and the faulty variants of the    *)
(* protocol; the table in spec/README.md says where each is in this        *)
(* module, in the model (src/model) and in the implementation (src/impl).  *)
(*                                                                         *)
(* State counts agree with the model's to the last state: spec/counts.json.*)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets, Bags, TLC

CONSTANTS
  Server,         \* 0 .. S-1: the order of stamps breaks ties by these (R4)
  Client, Key,
  Puts,           \* how many puts in all
  LinkChanges,    \* how many links are cut or made in all
  Kills,          \* how many kills
  BlankRestarts,  \* of the restarts, how many may be without the log (R7)
  InFlight,       \* messages in flight at once
  PartWrites,     \* how many writes an answer can carry, or Unbounded: a pull of more comes in parts (R9)
  Losses,         \* messages lost in all, or Unbounded
  Duplicates,     \* messages repeated in all, or Unbounded
  LostAnswers,    \* answers to puts that are lost in all (R14)
  LatePuts,       \* of those puts, how many can arrive later (R14)
  NewSessions,    \* sessions that end and start again in all, anew or from a token (R11a)
  Restores,       \* of the restarts, how many may be with an older copy of the log (R7a)
  Grain,          \* "pull": a pull is one step; "messages": it is three
  InitialLinks,   \* a set of sets of two servers
  Placement,      \* [Client -> Seq(Server)], or Anywhere: clients roam
  SessionKeys,    \* how many keys each per-key map of a session holds (R11)
  Asks,           \* [Client -> [ryw, mr, wfr, mw : BOOLEAN, scope : {"key", "store"}]] (R12)
  Pruning,        \* "R6", or "live": the newest write to each key only
  Variant,        \* "FIXED" or "V1" .. "V11"
  Stabilizes,     \* BOOLEAN: is Stabilize a step?
  Rounds,         \* V4: how many rounds of pulls a stabilize makes
  History         \* BOOLEAN: keep all accepted writes, for R8 and R10

VARIABLES
  inc, up, clock, vv, log, receipts, midway, parts,               \* per server
  num, ctime, lam, wrote, read, wvec, rvec, kept, unanswered, acked, conn, last,  \* per client
  links, net,                                                     \* the network
  puts, all, linkChanges, kills, blanks, losses, dups, lost,      \* what was spent
  started, token, tokenUsed, restored, copies,                    \* what comes again (R7a, R11a)
  late, delayed,                                                  \* puts that arrive late (R14)
  bad                                                             \* step properties broken

serverVars == <<inc, up, clock, vv, log, receipts, midway, parts>>
clientVars == <<num, ctime, lam, wrote, read, wvec, rvec, kept, unanswered, acked, conn, last>>
netVars    == <<links, net>>
spentVars  == <<puts, all, linkChanges, kills, blanks, losses, dups, lost>>
againVars  == <<started, token, tokenUsed, restored, copies>>
lateVars   == <<late, delayed>>
vars       == <<serverVars, clientVars, netVars, spentVars, againVars, lateVars, bad>>

Unbounded == 99
Anywhere  == <<>>
Roaming   == Placement = Anywhere
NoServer  == -1
Nothing   == [none |-> TRUE]

(* Of pulls in parts (R9): the writes that have come and that the vector     *)
(* does not claim yet, which nobody sees, and how far each pull has come.    *)
InParts == PartWrites # Unbounded
NoParts == [waiting |-> {}, of |-> [p \in Server |-> Nothing]]

NoStamps == [k \in Key |-> [t |-> 0, r |-> <<NoServer, 0>>]]

Max(a, b) == IF a >= b THEN a ELSE b

-----------------------------------------------------------------------------
(* Replicas, stamps, vectors (R4, R7, R8).                                  *)

Replica == Server \X (0 .. BlankRestarts + Restores)     \* server and incarnation
Self(s) == <<s, inc[s]>>                      \* the replica that s is now

RBefore(a, b) == a[1] < b[1] \/ (a[1] = b[1] /\ a[2] < b[2])

(* A stamp is [t, r]; a write is a stamp with more in it: [t, r, c, n, ct,   *)
(* k], of the n-th session of client c (R3).                                *)
None     == [t |-> 0, r |-> <<NoServer, 0>>]  \* older than every stamp
Stamp(w) == [t |-> w.t, r |-> w.r]

Older(a, b) == a.t < b.t \/ (a.t = b.t /\ RBefore(a.r, b.r))                        \* R4

(* V7: odd servers break ties their own way. *)
OlderAt(s, a, b) ==
  IF Variant = "V7" /\ s % 2 = 1 THEN a.t < b.t \/ (a.t = b.t /\ RBefore(b.r, a.r))
                             ELSE Older(a, b)

Zero         == [r \in Replica |-> 0]
Join(v, w)   == [r \in Replica |-> Max(v[r], w[r])]
Covers(v, w) == \A r \in Replica : v[r] >= w[r]
Has(v, st)   == st.t = 0 \/ v[st.r] >= st.t                                         \* R12
Raise(v, st) == [v EXCEPT ![st.r] = Max(@, st.t)]

NothingKept == [wrote |-> <<>>, read |-> <<>>, floor |-> Zero]

-----------------------------------------------------------------------------
(* The log and the store (R5, R6).                                          *)

(* R6: of one session's writes to a key, that with the lower client time     *)
(* and the lower stamp.  V1: that with the lower client time.               *)
Overwrites(y, x) ==
  /\ y.c = x.c /\ y.n = x.n /\ y.k = x.k
  /\ y.ct >= x.ct
  /\ Older(x, y) \/ (Variant = "V1" /\ y.ct > x.ct)

Supersedes(s, y, x) ==
  IF Pruning = "R6" THEN Overwrites(y, x) ELSE y.k = x.k /\ OlderAt(s, x, y)

Prune(s, L) == { x \in L : \A y \in L : ~Supersedes(s, y, x) }

(* The newest write to k in L, by the order of s: a set of one, or none. *)
NewestSet(s, L, k) ==
  { w \in L : w.k = k /\ \A x \in L : x.k = k => ~OlderAt(s, w, x) }
Newest(s, L, k) ==
  LET W == NewestSet(s, L, k) IN IF W = {} THEN None ELSE Stamp(CHOOSE w \in W : TRUE)
(* A put's value stands for the put. *)
Value(s, L, k) ==
  LET W == NewestSet(s, L, k) IN IF W = {} THEN <<>> ELSE LET w == CHOOSE w \in W : TRUE IN <<w.c, w.n, w.ct>>

StoreOf(s, L) == [k \in Key |-> Value(s, L, k)]                                     \* R5
Store(s)      == StoreOf(s, log[s])

(* The writes that a replica with vector v lacks (R9). *)
Lacked(L, v) == { w \in L : ~Has(v, w) }

-----------------------------------------------------------------------------
(* Links and partitions.                                                    *)

Linked(s, p) == {s, p} \in links

RECURSIVE Spread(_, _, _)
Spread(L, U, G) ==
  LET H == G \cup { p \in U : \E g \in G : {g, p} \in L }
  IN  IF H = G THEN G ELSE Spread(L, U, H)

(* The live servers that s reaches, itself among them. *)
Partition(s) == Spread(links, { p \in Server : up[p] }, {s})

-----------------------------------------------------------------------------
Init ==
  /\ inc      = [s \in Server |-> 0]
  /\ up       = [s \in Server |-> TRUE]
  /\ clock    = [s \in Server |-> 0]
  /\ vv       = [s \in Server |-> Zero]
  /\ log      = [s \in Server |-> {}]
  /\ receipts = [s \in Server |-> {}]
  /\ midway   = [s \in Server |-> Nothing]
  /\ parts    = [s \in Server |-> NoParts]
  /\ num   = [c \in Client |-> 1]
  /\ ctime = [c \in Client |-> 0]
  /\ lam   = [c \in Client |-> 0]
  /\ wrote = [c \in Client |-> NoStamps]
  /\ read  = [c \in Client |-> NoStamps]
  /\ wvec  = [c \in Client |-> Zero]
  /\ rvec  = [c \in Client |-> Zero]
  /\ kept  = [c \in Client |-> NothingKept]
  /\ unanswered = [c \in Client |-> Nothing]
  /\ acked = [c \in Client |-> {}]
  /\ conn  = [c \in Client |-> IF Roaming THEN <<>> ELSE Placement[c]]
  /\ last  = [c \in Client |-> NoServer]
  /\ links = InitialLinks
  /\ net   = EmptyBag
  /\ puts = 0 /\ all = {}
  /\ linkChanges = 0 /\ kills = 0 /\ blanks = 0 /\ losses = 0 /\ dups = 0 /\ lost = 0
  /\ started = 0 /\ token = Nothing /\ tokenUsed = FALSE
  /\ restored = 0 /\ copies = [s \in Server |-> Nothing]
  /\ late = {} /\ delayed = 0
  /\ bad = {}

-----------------------------------------------------------------------------
(* Sessions: whom they ask, and what they require (R12 .. R15).             *)

Range(q) == { q[i] : i \in DOMAIN q }

(* R13: in the order in which they were connected, first the one that      *)
(* answered last time.                                                      *)
Order(c) ==
  IF last[c] \in Range(conn[c])
  THEN <<last[c]>> \o SelectSeq(conn[c], LAMBDA s : s # last[c])
  ELSE conn[c]

(* s is the first server in c's order that is up and does not refuse. *)
Asked(c, s, Refuses(_)) ==
  /\ up[s]
  /\ ~Refuses(s)
  /\ Roaming \/ \E i \in DOMAIN Order(c) :
                  /\ Order(c)[i] = s
                  /\ \A j \in 1 .. i-1 : up[Order(c)[j]] => Refuses(Order(c)[j])

Answered(c, s) == last' = IF Roaming THEN last ELSE [last EXCEPT ![c] = s]

RequiredOfPut(c) == Join(IF Asks[c].wfr THEN rvec[c] ELSE Zero, IF Asks[c].mw THEN wvec[c] ELSE Zero)
RefusesPut(c, s) == ~Covers(vv[s], RequiredOfPut(c))                                \* R12

(* R11: where the maps are bounded, the keys whose stamps are still known,  *)
(* oldest use first, and the floor into which the others were folded, where *)
(* the session asks for their guarantee.  (wrote and read stay whole, for   *)
(* the properties.)                                                         *)
Bounded == SessionKeys < Cardinality(Key)
KnownWrite(c, k) == IF Bounded /\ k \notin Range(kept[c].wrote) THEN None ELSE wrote[c][k]
KnownRead(c, k)  == IF Bounded /\ k \notin Range(kept[c].read)  THEN None ELSE read[c][k]

Use(q, k)     == Append(SelectSeq(q, LAMBDA x : x # k), k)
Evicts(q, k)  == Len(Use(q, k)) > SessionKeys
AfterUse(q, k) == IF Evicts(q, k) THEN Tail(Use(q, k)) ELSE Use(q, k)
Fold(asked, v, q, k, stamps) ==
  IF asked /\ Evicts(q, k) /\ stamps[Head(Use(q, k))] # None THEN Raise(v, stamps[Head(Use(q, k))]) ELSE v

KeepWrite(c, k) ==
  kept' = IF ~Bounded THEN kept
          ELSE [kept EXCEPT ![c].wrote = AfterUse(@, k), ![c].floor = Fold(Asks[c].ryw, @, kept[c].wrote, k, wrote[c])]
KeepRead(c, k) ==
  kept' = IF ~Bounded THEN kept
          ELSE [kept EXCEPT ![c].read = AfterUse(@, k), ![c].floor = Fold(Asks[c].mr, @, kept[c].read, k, read[c])]

(* R12, scope key: the greater of what the session wrote to k and read of it *)
(* must be there, or a later write to k.                                    *)
Greater(a, b) == IF Older(a, b) THEN b ELSE a
AtLeast(c, k) == Greater(IF Asks[c].ryw THEN KnownWrite(c, k) ELSE None, IF Asks[c].mr THEN KnownRead(c, k) ELSE None)
Reaches(s, k, st) == Has(vv[s], st) \/ Older(st, Newest(s, log[s], k))

RefusesGet(c, s, k) ==                                                              \* R12
  /\ Variant # "V6"
  /\ IF Asks[c].scope = "key"
     THEN ~Reaches(s, k, AtLeast(c, k)) \/ ~Covers(vv[s], kept[c].floor)
     ELSE (Asks[c].ryw /\ ~Covers(vv[s], wvec[c])) \/ (Asks[c].mr /\ ~Covers(vv[s], rvec[c]))

-----------------------------------------------------------------------------
(* Puts (R1 .. R3, R14).                                                    *)

NewStamp(c, s) ==                                                                   \* R2, V1
  [t |-> (IF Variant = "V1" THEN clock[s] ELSE Max(clock[s], lam[c])) + 1, r |-> Self(s)]

WriteOf(c, ct, k, st) == [t |-> st.t, r |-> st.r, c |-> c, n |-> num[c], ct |-> ct, k |-> k]
SamePut(w, x)         == w.c = x.c /\ w.n = x.n /\ w.ct = x.ct

(* R3: the puts that s remembers, of each client the last, or all where puts *)
(* can arrive after later ones.  Of all that says that it is this one, s     *)
(* takes it for a repetition.  V9: s does not look which session it is of.  *)
Remembers == LostAnswers > 0 \/ NewSessions > 0
RememberedAs(s, c, n, ct) ==
  { x \in receipts[s] : x.c = c /\ x.ct = ct /\ (Variant = "V9" \/ x.n = n) }
KnownAs(s, c, n, ct) ==
  CHOOSE x \in RememberedAs(s, c, n, ct) : \A y \in RememberedAs(s, c, n, ct) : x.n <= y.n
Known(c, s, ct) == RememberedAs(s, c, num[c], ct) # {}
Remember(s, x) == IF LatePuts > 0 THEN receipts[s] \cup {x} ELSE { y \in receipts[s] : y.c # x.c } \cup {x}

(* What an acknowledgement breaks, of a new put or of a repeated one.  (Where *)
(* answers can be lost, SESSION_ORDER is judged by states: see there.)       *)
AckBreaks(c, s, w) ==
  (IF \E x \in log[s] : Stamp(x) = Stamp(w) /\ ~SamePut(x, w) THEN {"LOST"} ELSE {})
  \cup (IF LostAnswers = 0 /\ wrote[c][w.k] # None /\ ~Older(wrote[c][w.k], w) THEN {"SESSION_ORDER"} ELSE {})

(* What an accepted put breaks at its server. *)
AcceptBreaks(s, w) ==
  (IF \E x \in log[s] : Stamp(x) = Stamp(w) /\ ~SamePut(x, w) THEN {"LOST"} ELSE {})
  \cup (IF \E x \in log[s] : ~Older(x, w) THEN {"GREATEST"} ELSE {})
  \cup (IF StoreOf(s, log[s] \cup {w}) # StoreOf(s, Prune(s, log[s] \cup {w})) THEN {"PRUNING"} ELSE {})

(* ... and of what its session asked for. *)
PutBreaks(c, s, w) ==
  AckBreaks(c, s, w)
  \cup AcceptBreaks(s, w)
  \cup (IF Asks[c].wfr /\ \E k \in Key : read[c][k] # None /\ (~Older(read[c][k], w) \/ ~Has(vv[s], read[c][k]))
        THEN {"WFR"} ELSE {})
  \cup (IF Asks[c].mw /\ \E k \in Key : wrote[c][k] # None /\ (~Older(wrote[c][k], w) \/ ~Has(vv[s], wrote[c][k]))
        THEN {"MW"} ELSE {})

(* The server's side of a new put: stamped, logged, pruned, remembered. *)
TakePut(s, w) ==
  /\ clock' = [clock EXCEPT ![s] = w.t]
  /\ vv'    = [vv EXCEPT ![s] = Raise(@, w)]
  /\ log'   = [log EXCEPT ![s] = Prune(s, @ \cup {w})]
  /\ receipts' = IF Remembers
                 THEN [receipts EXCEPT ![s] = Remember(s, [c |-> w.c, n |-> w.n, ct |-> w.ct, k |-> w.k, st |-> Stamp(w)])]
                 ELSE receipts
  /\ all'   = IF History THEN all \cup {w} ELSE all
  /\ UNCHANGED <<inc, up, midway, parts>>

Accept(c, s, w) == TakePut(s, w) /\ bad' = bad \cup PutBreaks(c, s, w)

(* The session's side: it learns the stamp (R11). *)
Learn(c, ct, k, st) ==
  /\ ctime' = [ctime EXCEPT ![c] = ct]
  /\ lam'   = [lam EXCEPT ![c] = Max(@, st.t)]
  /\ wrote' = [wrote EXCEPT ![c][k] = st]
  /\ wvec'  = [wvec EXCEPT ![c] = Raise(@, st)]
  /\ KeepWrite(c, k)
  /\ unanswered' = [unanswered EXCEPT ![c] = Nothing]
  /\ acked' = IF LostAnswers = 0 THEN acked ELSE [acked EXCEPT ![c] = @ \cup {[ct |-> ct, k |-> k, st |-> st]}]
  /\ UNCHANGED <<num, read, rvec, conn>>

(* s knows the put: the same stamp again, and no change (R3).  It would      *)
(* refuse one to another key.                                               *)
Again(c, s, ct, k) ==
  LET known == KnownAs(s, c, num[c], ct)
  IN  /\ Variant = "V9" \/ known.k = k
      /\ bad' = bad \cup AckBreaks(c, s, WriteOf(c, ct, k, known.st))
      /\ UNCHANGED <<serverVars, all>>
      /\ Learn(c, ct, k, known.st)

MayPut(c) == puts < Puts /\ unanswered[c] = Nothing

Put(c, s, k) ==
  /\ MayPut(c)
  /\ Asked(c, s, LAMBDA x : ~Known(c, x, ctime[c] + 1) /\ RefusesPut(c, x))
  /\ LET w == WriteOf(c, ctime[c] + 1, k, NewStamp(c, s))
     IN  IF Known(c, s, w.ct) THEN Again(c, s, w.ct, k)                      \* V9 alone
                              ELSE Accept(c, s, w) /\ Learn(c, w.ct, k, Stamp(w))
  /\ Answered(c, s)
  /\ puts' = puts + 1
  /\ UNCHANGED <<netVars, linkChanges, kills, blanks, losses, dups, lost>>

(* R14: the connection breaks before the put arrives, or after it was       *)
(* accepted and before the answer arrives: the session cannot tell.         *)
PutUnanswered(c, s, k) ==
  /\ MayPut(c) /\ up[s] /\ Roaming /\ lost < LostAnswers
  /\ \/ UNCHANGED <<serverVars, all, bad>>
     \/ /\ ~Known(c, s, ctime[c] + 1) /\ ~RefusesPut(c, s)
        /\ Accept(c, s, WriteOf(c, ctime[c] + 1, k, NewStamp(c, s)))
  /\ ctime' = [ctime EXCEPT ![c] = @ + 1]
  /\ unanswered' = [unanswered EXCEPT ![c] = [ct |-> ctime[c] + 1, k |-> k, r |-> Self(s)]]
  /\ puts' = puts + 1
  /\ lost' = lost + 1
  /\ UNCHANGED <<num, lam, wrote, read, wvec, rvec, kept, acked, conn, last, netVars, linkChanges, kills, blanks, losses, dups>>

(* R3, R14: the same put again, at the server that it was sent to; where it  *)
(* is known it gets the same stamp and changes nothing.  A server that is    *)
(* another replica by now, and does not know it, refuses it.  V11: anywhere. *)
RepeatPut(c, s) ==
  /\ unanswered[c] # Nothing /\ up[s]
  /\ LET u == unanswered[c]
         w == WriteOf(c, u.ct, u.k, NewStamp(c, s))
     IN  /\ Variant = "V11" \/ u.r[1] = s
         /\ IF Known(c, s, u.ct)
            THEN Again(c, s, u.ct, u.k)
            ELSE /\ Variant = "V11" \/ u.r = Self(s)
                 /\ ~RefusesPut(c, s)
                 /\ Accept(c, s, w) /\ Learn(c, u.ct, u.k, Stamp(w))
  /\ UNCHANGED <<last, netVars, puts, linkChanges, kills, blanks, losses, dups, lost>>

(* R14: a put is sent, and is still on its way when its session stops        *)
(* waiting for it.                                                          *)
PutDelayed(c, s, k) ==
  /\ MayPut(c) /\ up[s] /\ Roaming /\ lost < LostAnswers /\ delayed < LatePuts
  /\ late' = late \cup {[c |-> c, n |-> num[c], ct |-> ctime[c] + 1, k |-> k, lam |-> lam[c], r |-> Self(s), require |-> RequiredOfPut(c)]}
  /\ delayed' = delayed + 1
  /\ ctime' = [ctime EXCEPT ![c] = @ + 1]
  /\ unanswered' = [unanswered EXCEPT ![c] = [ct |-> ctime[c] + 1, k |-> k, r |-> Self(s)]]
  /\ puts' = puts + 1
  /\ lost' = lost + 1
  /\ UNCHANGED <<serverVars, num, lam, wrote, read, wvec, rvec, kept, acked, conn, last, netVars, all, linkChanges, kills, blanks, losses, dups, bad>>

(* It reaches the replica that it was sent to, and nobody hears what comes of *)
(* it: known, refused, or accepted.                                         *)
PutArrives(s, m) ==
  /\ up[s] /\ m.r = Self(s)
  /\ late' = late \ {m}
  /\ LET w == [t |-> (IF Variant = "V1" THEN clock[s] ELSE Max(clock[s], m.lam)) + 1, r |-> Self(s),
               c |-> m.c, n |-> m.n, ct |-> m.ct, k |-> m.k]
     IN  IF RememberedAs(s, m.c, m.n, m.ct) # {} \/ ~Covers(vv[s], m.require)
         THEN UNCHANGED <<serverVars, all, bad>>
         ELSE TakePut(s, w) /\ bad' = bad \cup AcceptBreaks(s, w)
  /\ UNCHANGED <<delayed, clientVars, netVars, puts, linkChanges, kills, blanks, losses, dups, lost>>

GiveUp(c) ==
  /\ unanswered[c] # Nothing
  /\ unanswered' = [unanswered EXCEPT ![c] = Nothing]
  /\ UNCHANGED <<serverVars, num, ctime, lam, wrote, read, wvec, rvec, kept, acked, conn, last, netVars, spentVars, bad>>

-----------------------------------------------------------------------------
(* Gets (R12, R13).  ERR_DEP and ERR_CONN change nothing: no step.          *)

GetBreaks(c, k, st) ==
  (IF Asks[c].ryw /\ Older(st, wrote[c][k]) THEN {"RYW"} ELSE {})
  \cup (IF Asks[c].mr /\ Older(st, read[c][k]) THEN {"MR"} ELSE {})

Get(c, s, k) ==
  /\ unanswered[c] = Nothing
  /\ Asked(c, s, LAMBDA x : RefusesGet(c, x, k))
  /\ LET st == Newest(s, log[s], k)              \* None: ERR_KEY
     IN  /\ bad' = bad \cup GetBreaks(c, k, st)
         /\ IF st = None
            THEN UNCHANGED <<lam, read, rvec, kept>>
            ELSE /\ lam'  = [lam EXCEPT ![c] = Max(@, st.t)]
                 /\ read' = [read EXCEPT ![c][k] = IF Older(st, @) THEN @ ELSE st]
                 /\ rvec' = [rvec EXCEPT ![c] = Raise(@, st)]
                 /\ KeepRead(c, k)
  /\ Answered(c, s)
  /\ UNCHANGED <<serverVars, num, ctime, wrote, wvec, unanswered, acked, conn, netVars, spentVars>>

-----------------------------------------------------------------------------
(* Pulls (R9).  An answer is [writes, vv, clock], taken at one instant.     *)

AnswerTo(p, v) == [writes |-> Lacked(log[p], v), vv |-> vv[p], clock |-> clock[p]]

PullBreaks(s, a) ==
  IF StoreOf(s, log[s] \cup a.writes) # StoreOf(s, Prune(s, log[s] \cup a.writes)) THEN {"PRUNING"} ELSE {}

(* The puller takes the maxima.  V5: it does not raise its accept time. *)
Claim(s, a) ==
  /\ vv'    = [vv EXCEPT ![s] = Join(@, a.vv)]
  /\ clock' = [clock EXCEPT ![s] = IF Variant = "V5" THEN @ ELSE Max(@, a.clock)]

(* ... and adds the writes and prunes.  V8: not yet. *)
TakeIn(s, a, otherMidway) ==
  /\ Claim(s, a)
  /\ IF Variant = "V8"
     THEN /\ midway' = [otherMidway EXCEPT ![s] = [eager |-> a.writes]]
          /\ UNCHANGED <<log, bad>>
     ELSE /\ log' = [log EXCEPT ![s] = Prune(s, @ \cup a.writes)]
          /\ bad' = bad \cup PullBreaks(s, a)
          /\ midway' = otherMidway
  /\ UNCHANGED <<inc, up, receipts, parts>>

IsEager(m) == m # Nothing /\ "eager" \in DOMAIN m
IsTorn(m)  == m # Nothing /\ "torn" \in DOMAIN m
Free(s)    == up[s] /\ midway[s] = Nothing

Pull(s, p) ==
  /\ Grain = "pull" /\ Variant # "V2"
  /\ s # p /\ Linked(s, p) /\ Free(s) /\ up[p]
  /\ TakeIn(s, AnswerTo(p, vv[s]), midway)
  /\ UNCHANGED <<clientVars, netVars, spentVars>>

(* V2: p reads its log for s ... *)
ReadLog(s, p) ==
  /\ Grain = "pull" /\ Variant = "V2"
  /\ s # p /\ Linked(s, p) /\ up[s] /\ Free(p)
  /\ midway' = [midway EXCEPT ![p] = [torn |-> Lacked(log[p], vv[s]), to |-> Self(s)]]
  /\ UNCHANGED <<inc, up, clock, vv, log, receipts, parts, clientVars, netVars, spentVars, bad>>

(* ... and later its vector. *)
ReadVector(s, p) ==
  /\ Grain = "pull"
  /\ s # p /\ Linked(s, p) /\ up[s] /\ up[p] /\ IsTorn(midway[p]) /\ midway[p].to = Self(s)
  /\ TakeIn(s, [AnswerTo(p, vv[p]) EXCEPT !.writes = midway[p].torn], [midway EXCEPT ![p] = Nothing])
  /\ UNCHANGED <<clientVars, netVars, spentVars>>

(* V8: the writes come late. *)
AddWrites(s) ==
  /\ up[s] /\ IsEager(midway[s])
  /\ log' = [log EXCEPT ![s] = Prune(s, @ \cup midway[s].eager)]
  /\ midway' = [midway EXCEPT ![s] = Nothing]
  /\ UNCHANGED <<inc, up, clock, vv, receipts, parts, clientVars, netVars, spentVars, bad>>

-----------------------------------------------------------------------------
(* The same in three steps, with messages in flight.                        *)

Busy(s, p) == \E m \in BagToSet(net) : m.puller = s /\ m.answerer = p
Send(b, m) == b (+) SetToBag({m})
Take(b, m) == b (-) SetToBag({m})

(* Pulls in parts.  What s has of a pull from p: base, what it has, or has   *)
(* waiting, of p since the last pass of parts; goal, p's vector at the first *)
(* part of this pass; after, the stamp up to which the parts have come.      *)
BaseOf(s, p)   == IF parts[s].of[p] = Nothing THEN Zero ELSE parts[s].of[p].base
CursorOf(s, p) == IF parts[s].of[p] = Nothing THEN None ELSE parts[s].of[p].after

(* The part that comes after a stamp: the oldest writes, as many as fit.     *)
PartFor(p, v, after) ==
  LET L == { w \in Lacked(log[p], v) : Older(after, w) }
      W == { w \in L : Cardinality({ x \in L : Older(x, w) }) < PartWrites }
  IN  [writes |-> W, vv |-> vv[p], clock |-> clock[p], from |-> Self(p), after |-> after,
       upTo |-> IF W = L THEN None ELSE Stamp(CHOOSE w \in W : \A x \in W : ~Older(w, x))]

WithTransfer(s, p, t, W) ==
  LET of == [parts[s].of EXCEPT ![p] = t]
  IN  [of |-> of, waiting |-> IF \A q \in Server : of[q] = Nothing THEN {} ELSE W]

(* The last part: all that waits and is claimed now is added with it.        *)
TakeLast(s, p, a) ==
  LET v == Join(vv[s], a.vv)
      W == a.writes \cup { w \in parts[s].waiting : Has(v, w) }
  IN  /\ Claim(s, a)
      /\ log' = [log EXCEPT ![s] = Prune(s, @ \cup W)]
      /\ bad' = bad \cup PullBreaks(s, [writes |-> W])
      /\ parts' = [parts EXCEPT ![s] = WithTransfer(s, p, Nothing, { w \in parts[s].waiting : ~Has(v, w) })]

(* A part before it: its writes wait.                                        *)
TakePart(s, p, a, base, goal) ==
  /\ parts' = [parts EXCEPT ![s] = WithTransfer(s, p,
       IF a.upTo = None THEN [from |-> a.from, base |-> goal, goal |-> goal, after |-> None]
                        ELSE [from |-> a.from, base |-> base, goal |-> goal, after |-> a.upTo],
       @.waiting \cup { w \in a.writes : ~Has(vv[s], w) })]
  /\ UNCHANGED <<clock, vv, log, bad>>

(* What s makes of an answer that may be a part.  One of another replica    *)
(* than that of the parts before, or not the next one, is of no use.  V8:   *)
(* the vector is taken with the first part.                                 *)
TakeInParts(s, m) ==
  LET p == m.answerer
      a == m.pulled
      t == parts[s].of[p]
      same == t # Nothing /\ t.from = a.from
      base == IF same THEN t.base ELSE Zero
      next == a.after = (IF same THEN t.after ELSE None) /\ Covers(Join(vv[s], base), m.asked)
      goal == IF a.after = None THEN a.vv ELSE t.goal
  IN  /\ IF Variant = "V8"
         THEN /\ Claim(s, a)
              /\ log' = [log EXCEPT ![s] = Prune(s, @ \cup a.writes)]
              /\ bad' = bad \cup PullBreaks(s, a)
              /\ UNCHANGED parts
         ELSE IF ~next
         THEN /\ parts' = IF same THEN parts ELSE [parts EXCEPT ![s] = WithTransfer(s, p, Nothing, @.waiting)]
              /\ UNCHANGED <<clock, vv, log, bad>>
         ELSE IF a.after = None /\ a.upTo = None THEN TakeLast(s, p, a)
                                                ELSE TakePart(s, p, a, base, goal)
      /\ UNCHANGED <<inc, up, receipts, midway>>

Request(s, p) ==
  /\ Grain = "messages"
  /\ s # p /\ Linked(s, p) /\ up[s] /\ up[p]
  /\ BagCardinality(net) < InFlight /\ ~Busy(s, p)
  /\ net' = Send(net, [type |-> "request", puller |-> s, answerer |-> p, replica |-> Self(s),
                        vv |-> Join(vv[s], BaseOf(s, p)), after |-> CursorOf(s, p)])
  /\ UNCHANGED <<serverVars, clientVars, links, spentVars, bad>>

AnswerMsg(m, a) ==
  [type |-> "answer", puller |-> m.puller, answerer |-> m.answerer, replica |-> m.replica, asked |-> Zero, pulled |-> a]

(* Where the answerer has nothing new, no answer is sent, unless in parts. *)
Answer(p, m) ==
  /\ m \in BagToSet(net) /\ m.type = "request" /\ m.answerer = p
  /\ IF InParts
     THEN /\ net' = Send(Take(net, m), [AnswerMsg(m, PartFor(p, m.vv, m.after)) EXCEPT !.asked = m.vv])
          /\ UNCHANGED midway
     ELSE IF Covers(m.vv, vv[p])
     THEN net' = Take(net, m) /\ UNCHANGED midway
     ELSE IF Variant = "V2"
          THEN /\ midway[p] = Nothing
               /\ midway' = [midway EXCEPT ![p] = [torn |-> Lacked(log[p], m.vv), to |-> m.replica]]
               /\ net' = Take(net, m)
          ELSE net' = Send(Take(net, m), AnswerMsg(m, AnswerTo(p, m.vv))) /\ UNCHANGED midway
  /\ UNCHANGED <<inc, up, clock, vv, log, receipts, parts, clientVars, links, spentVars, bad>>

(* V2 with messages: the vector is read, and the answer sent. *)
AnswerLate(p) ==
  /\ Grain = "messages" /\ IsTorn(midway[p]) /\ BagCardinality(net) < InFlight
  /\ net' = Send(net, AnswerMsg([puller |-> midway[p].to[1], answerer |-> p, replica |-> midway[p].to],
                                [AnswerTo(p, vv[p]) EXCEPT !.writes = midway[p].torn]))
  /\ midway' = [midway EXCEPT ![p] = Nothing]
  /\ UNCHANGED <<inc, up, clock, vv, log, receipts, parts, clientVars, links, spentVars, bad>>

(* An answer to a former replica of the server is thrown away (R7). *)
Receipt(s, m) ==
  /\ m \in BagToSet(net) /\ m.type = "answer" /\ m.puller = s /\ Free(s)
  /\ net' = Take(net, m)
  /\ IF m.replica # Self(s) THEN UNCHANGED <<serverVars, bad>>
     ELSE IF InParts THEN TakeInParts(s, m) ELSE TakeIn(s, m.pulled, midway)
  /\ UNCHANGED <<clientVars, links, spentVars>>

Lose(m) ==
  /\ m \in BagToSet(net) /\ (Losses = Unbounded \/ losses < Losses)
  /\ net' = Take(net, m)
  /\ losses' = IF Losses = Unbounded THEN losses ELSE losses + 1
  /\ UNCHANGED <<serverVars, clientVars, links, puts, all, linkChanges, kills, blanks, dups, lost, bad>>

Duplicate(m) ==
  /\ m \in BagToSet(net) /\ (Duplicates = Unbounded \/ dups < Duplicates) /\ BagCardinality(net) < InFlight
  /\ net' = Send(net, m)
  /\ dups' = IF Duplicates = Unbounded THEN dups ELSE dups + 1
  /\ UNCHANGED <<serverVars, clientVars, links, puts, all, linkChanges, kills, blanks, losses, lost, bad>>

-----------------------------------------------------------------------------
(* Links.  What is on a link that breaks, or on a killed server's, is gone. *)

Without(M) == [m \in (BagToSet(net) \ M) |-> net[m]]

ChangeLink(s, p) ==
  /\ s < p /\ linkChanges < LinkChanges
  /\ linkChanges' = linkChanges + 1
  /\ IF Linked(s, p)
     THEN /\ links' = links \ {{s, p}}
          /\ net' = Without({ m \in BagToSet(net) : {m.puller, m.answerer} = {s, p} })
     ELSE /\ links' = links \cup {{s, p}}
          /\ UNCHANGED net
  /\ UNCHANGED <<serverVars, clientVars, puts, all, kills, blanks, losses, dups, lost, bad>>

ChangeClientLink(c, s) ==
  /\ ~Roaming /\ linkChanges < LinkChanges
  /\ linkChanges' = linkChanges + 1
  /\ IF s \in Range(conn[c])
     THEN /\ conn' = [conn EXCEPT ![c] = SelectSeq(@, LAMBDA x : x # s)]
          /\ last' = [last EXCEPT ![c] = IF @ = s THEN NoServer ELSE @]
     ELSE /\ conn' = [conn EXCEPT ![c] = Append(@, s)]
          /\ UNCHANGED last
  /\ UNCHANGED <<serverVars, num, ctime, lam, wrote, read, wvec, rvec, kept, unanswered, acked, netVars,
                 puts, all, kills, blanks, losses, dups, lost, bad>>

(* Kills and restarts (R7, R10).                                            *)

Kill(s) ==
  /\ up[s] /\ kills < Kills
  /\ kills' = kills + 1
  /\ up' = [up EXCEPT ![s] = FALSE]
  /\ midway' = [midway EXCEPT ![s] = Nothing]
  /\ net' = Without({ m \in BagToSet(net) : s \in {m.puller, m.answerer} })
  /\ UNCHANGED <<inc, clock, vv, log, receipts, parts, clientVars, links, puts, all, linkChanges, blanks, losses, dups, lost, bad>>

Restart(s) ==
  /\ ~up[s]
  /\ up' = [up EXCEPT ![s] = TRUE]
  /\ UNCHANGED <<inc, clock, vv, log, receipts, midway, parts, clientVars, netVars, spentVars, bad>>

(* Without its log: a new replica.  V3: under the old identity. *)
RestartBlank(s) ==
  /\ ~up[s] /\ blanks < BlankRestarts
  /\ blanks' = blanks + 1
  /\ up'    = [up EXCEPT ![s] = TRUE]
  /\ inc'   = [inc EXCEPT ![s] = IF Variant = "V3" THEN @ ELSE @ + 1]
  /\ clock' = [clock EXCEPT ![s] = 0]
  /\ vv'    = [vv EXCEPT ![s] = Zero]
  /\ log'   = [log EXCEPT ![s] = {}]
  /\ receipts' = [receipts EXCEPT ![s] = {}]
  /\ parts' = [parts EXCEPT ![s] = NoParts]
  /\ UNCHANGED <<midway, clientVars, netVars, puts, all, linkChanges, kills, losses, dups, lost, bad>>

-----------------------------------------------------------------------------
(* Sessions that end and start again under the same client id (R11a).  A     *)
(* token says what a session has seen and not who it was; one is kept, the   *)
(* last that was taken, as long as a session can start.                     *)

(* V9: a token says how far the session had counted, too. *)
TokenOf(c) ==
  [of |-> c, ct |-> IF Variant = "V9" THEN ctime[c] ELSE 0, lam |-> lam[c], wrote |-> wrote[c], read |-> read[c],
   wvec |-> wvec[c], rvec |-> rvec[c], kept |-> kept[c]]
NewToken(c) ==
  [of |-> c, ct |-> 0, lam |-> 0, wrote |-> NoStamps, read |-> NoStamps, wvec |-> Zero, rvec |-> Zero, kept |-> NothingKept]

TakeToken(c) ==
  /\ started < NewSessions
  /\ TokenOf(c) # NewToken(c) /\ TokenOf(c) # token
  /\ token' = TokenOf(c)
  /\ tokenUsed' = FALSE
  /\ UNCHANGED <<serverVars, clientVars, netVars, spentVars, started, restored, copies, bad>>

(* The session ends with whatever it was doing; the next one has another    *)
(* number, the links, and what the token says.                              *)
StartFrom(c, tk) ==
  /\ started < NewSessions
  /\ started' = started + 1
  /\ num'   = [num EXCEPT ![c] = @ + 1]
  /\ ctime' = [ctime EXCEPT ![c] = tk.ct]
  /\ lam'   = [lam EXCEPT ![c] = tk.lam]
  /\ wrote' = [wrote EXCEPT ![c] = tk.wrote]
  /\ read'  = [read EXCEPT ![c] = tk.read]
  /\ wvec'  = [wvec EXCEPT ![c] = tk.wvec]
  /\ rvec'  = [rvec EXCEPT ![c] = tk.rvec]
  /\ kept'  = [kept EXCEPT ![c] = tk.kept]
  /\ unanswered' = [unanswered EXCEPT ![c] = Nothing]
  /\ acked' = [acked EXCEPT ![c] = {}]
  /\ last'  = [last EXCEPT ![c] = NoServer]
  /\ token' = IF started + 1 = NewSessions THEN Nothing ELSE token
  /\ UNCHANGED <<conn, serverVars, netVars, spentVars, restored, copies, bad>>

(* One that has done nothing yet is as good as a new one. *)
HasBegun(c) == ctime[c] > 0 \/ lam[c] > 0 \/ unanswered[c] # Nothing \/ last[c] # NoServer

StartAnew(c) ==
  /\ HasBegun(c)
  /\ StartFrom(c, NewToken(c))
  /\ tokenUsed' = (tokenUsed /\ started + 1 < NewSessions)

StartFromToken(c) ==
  /\ token # Nothing /\ token.of = c
  /\ StartFrom(c, token)
  /\ tokenUsed' = (started + 1 < NewSessions)

-----------------------------------------------------------------------------
(* Servers that are put back from a copy of their log (R7a).  Of each the    *)
(* last copy is kept, as long as a server can be put back.                  *)

Copy(s) ==
  /\ up[s] /\ restored < Restores
  /\ copies' = [copies EXCEPT ![s] =
       [inc |-> inc[s], clock |-> clock[s], vv |-> vv[s], log |-> log[s], receipts |-> receipts[s], parts |-> parts[s]]]
  /\ UNCHANGED <<serverVars, clientVars, netVars, spentVars, started, token, tokenUsed, restored, bad>>

(* A new replica, whose pulls begin anew.  V10: the replica that the copy is *)
(* of.                                                                      *)
PutBack(s) ==
  /\ ~up[s] /\ restored < Restores /\ copies[s] # Nothing
  /\ restored' = restored + 1
  /\ copies' = IF restored + 1 = Restores THEN [p \in Server |-> Nothing] ELSE copies
  /\ up'    = [up EXCEPT ![s] = TRUE]
  /\ inc'   = [inc EXCEPT ![s] = IF Variant = "V10" THEN copies[s].inc ELSE @ + 1]
  /\ clock' = [clock EXCEPT ![s] = copies[s].clock]
  /\ vv'    = [vv EXCEPT ![s] = copies[s].vv]
  /\ log'   = [log EXCEPT ![s] = copies[s].log]
  /\ receipts' = [receipts EXCEPT ![s] = copies[s].receipts]
  /\ parts' = [parts EXCEPT ![s] = IF Variant = "V10" THEN copies[s].parts ELSE NoParts]
  /\ UNCHANGED <<midway, clientVars, netVars, spentVars, started, token, tokenUsed, bad>>

-----------------------------------------------------------------------------
(* Stabilize: rounds of pulls until nothing changes.  In a round each       *)
(* server in turn pulls from each that it is linked to.                     *)

N == Cardinality(Server)
State == [clock |-> clock, vv |-> vv, log |-> log]

PullIn(S, s, p) ==
  IF s = p \/ ~Linked(s, p) \/ ~up[s] \/ ~up[p] THEN S
  ELSE [clock |-> [S.clock EXCEPT ![s] = Max(@, S.clock[p])],
        vv    |-> [S.vv EXCEPT ![s] = Join(@, S.vv[p])],
        log   |-> [S.log EXCEPT ![s] = Prune(s, @ \cup Lacked(S.log[p], S.vv[s]))]]

RECURSIVE RoundFrom(_, _)
RoundFrom(S, i) == IF i = N * N THEN S ELSE RoundFrom(PullIn(S, i \div N, i % N), i + 1)

RECURSIVE Settled(_)
Settled(S) == LET T == RoundFrom(S, 0) IN IF T.vv = S.vv THEN T ELSE Settled(T)

RECURSIVE AfterRounds(_, _)
AfterRounds(S, n) == IF n = 0 THEN S ELSE AfterRounds(RoundFrom(S, 0), n - 1)

EqualWithin(L) ==
  \A s \in Server : up[s] => \A p \in Partition(s) : StoreOf(s, L[s]) = StoreOf(p, L[p])

Stabilize ==
  /\ Stabilizes
  /\ LET T == IF Variant = "V4" THEN AfterRounds(State, Rounds) ELSE Settled(State)
     IN  /\ clock' = T.clock /\ vv' = T.vv /\ log' = T.log
         /\ bad' = bad \cup (IF EqualWithin(T.log) THEN {} ELSE {"STABLE"})
  /\ UNCHANGED <<inc, up, receipts, midway, parts, clientVars, netVars, spentVars>>

-----------------------------------------------------------------------------
Step ==
  \/ \E c \in Client, s \in Server, k \in Key : Put(c, s, k) \/ Get(c, s, k) \/ PutUnanswered(c, s, k)
  \/ \E c \in Client, s \in Server : RepeatPut(c, s) \/ ChangeClientLink(c, s)
  \/ \E c \in Client : GiveUp(c)
  \/ \E s \in Server, p \in Server : Pull(s, p) \/ ReadLog(s, p) \/ ReadVector(s, p) \/ Request(s, p) \/ ChangeLink(s, p)
  \/ \E m \in BagToSet(net) : Answer(m.answerer, m) \/ Receipt(m.puller, m) \/ Lose(m) \/ Duplicate(m)
  \/ \E s \in Server : AddWrites(s) \/ AnswerLate(s) \/ Kill(s) \/ Restart(s) \/ RestartBlank(s)
  \/ Stabilize

ComesAgain ==
  \/ \E c \in Client : TakeToken(c) \/ StartAnew(c) \/ StartFromToken(c)
  \/ \E s \in Server : Copy(s) \/ PutBack(s)

Late ==
  \/ \E c \in Client, s \in Server, k \in Key : PutDelayed(c, s, k)
  \/ \E s \in Server, m \in late : PutArrives(s, m)

Next ==
  \/ Step /\ UNCHANGED <<againVars, lateVars>>
  \/ ComesAgain /\ UNCHANGED lateVars
  \/ Late /\ UNCHANGED againVars

Spec == Init /\ [][Next]_vars

(* Pulls go on (R9: in the background, for ever). *)
AnswerStep(p, s)  == \E m \in BagToSet(net) : m.puller = s /\ Answer(p, m)
ReceiptStep(s, p) == \E m \in BagToSet(net) : m.answerer = p /\ Receipt(s, m)

Fairness ==
  /\ \A s \in Server, p \in Server :
       /\ WF_vars((Pull(s, p) \/ ReadLog(s, p) \/ ReadVector(s, p)) /\ UNCHANGED <<againVars, lateVars>>)
       /\ WF_vars(Request(s, p) /\ UNCHANGED <<againVars, lateVars>>)
       /\ WF_vars(AnswerStep(p, s) /\ UNCHANGED <<againVars, lateVars>>)
       /\ WF_vars(ReceiptStep(s, p) /\ UNCHANGED <<againVars, lateVars>>)
  /\ \A s \in Server : WF_vars(AddWrites(s) /\ UNCHANGED <<againVars, lateVars>>) /\ WF_vars(AnswerLate(s) /\ UNCHANGED <<againVars, lateVars>>)

FairSpec == Spec /\ Fairness

-----------------------------------------------------------------------------
(* Properties.                                                              *)

RYW      == "RYW"      \notin bad     \* Read Your Writes
MR       == "MR"       \notin bad     \* Monotonic Reads
WFR      == "WFR"      \notin bad     \* Writes Follow Reads
MW       == "MW"       \notin bad     \* Monotonic Writes
PRUNING  == "PRUNING"  \notin bad     \* pruning never changes a store (R6)
GREATEST == "GREATEST" \notin bad     \* a write is, when accepted, the greatest of its log (R2)
STABLE   == "STABLE"   \notin bad     \* after a stabilize, partitions have equal stores
LOST     == "LOST"     \notin bad     \* no acknowledged put is taken for another's repetition (R3)

(* Of a session's acknowledged puts to a key the last has the greatest       *)
(* stamp (R14).  An earlier one could have a second stamp at some server.    *)
SESSION_ORDER ==
  /\ "SESSION_ORDER" \notin bad
  /\ \A c \in Client : \A a, b \in acked[c] : a.k = b.k /\ a.ct < b.ct =>
       /\ Older(a.st, b.st)
       /\ \A s \in Server : \A w \in log[s] : w.c = c /\ w.n = num[c] /\ w.ct = a.ct => ~Older(b.st, w)

(* Equal vectors, equal stores (R5). *)
CONV == \A s, p \in Server : s < p /\ vv[s] = vv[p] => Store(s) = Store(p)

(* A vector claims only what the replica has, or has something for (R8). *)
ClaimsHold(s, W) ==
  \A w \in W : Has(vv[s], w) => \E y \in log[s] : y = w \/ Supersedes(s, y, w)
R8 == IF History THEN \A s \in Server : ClaimsHold(s, all)
                 ELSE \A s, p \in Server : ClaimsHold(s, log[p])

(* No two writes have the same stamp (R4, R7). *)
Logged == UNION { log[s] : s \in Server } \cup all
UNIQUE == \A w, x \in Logged : Stamp(w) = Stamp(x) => SamePut(w, x)

(* A replica has every write that it acknowledged, or something that        *)
(* supersedes it (R10).                                                     *)
DURABLE ==
  IF History
  THEN \A s \in Server : \A w \in all : w.r = Self(s) => \E y \in log[s] : y = w \/ Supersedes(s, y, w)
  ELSE \A c \in Client, s \in Server, k \in Key :
         LET st == wrote[c][k]
         IN  st # None /\ st.r = Self(s) =>
               /\ Has(vv[s], st)
               /\ \/ \E w \in log[s] : Stamp(w) = st
                  \/ Older(st, Newest(s, log[s], k))

(* No vector claims more of a replica than its own does: one that does says  *)
(* that the replica has lost something (R7a).                               *)
OWN == \A s, p \in Server : vv[s][Self(p)] <= vv[p][Self(p)]

(* A replica's accept time never goes back (R2). *)
CLOCK == [][\A s \in Server : inc'[s] = inc[s] => clock'[s] >= clock[s]]_vars

(* A put repeated at the same replica changes nothing (R3). *)
REPEAT == [][\A c \in Client, s \in Server :
               (unanswered[c] # Nothing /\ RepeatPut(c, s) /\ Known(c, s, unanswered[c].ct))
               => log'[s] = log[s] /\ clock'[s] = clock[s]]_vars

(* Once puts and link changes stop, the stores of every partition become    *)
(* and stay equal.  (Puts, changes and kills are bounded, so they stop.)    *)
SETTLE == <>[]EqualWithin(log)
==============================================================================
