---------------------------------- MODULE MC ----------------------------------
(* Model-checking module.  The .cfg files of tla/ give the numbers; they are    *)
(* made from configs/*.json by `npm run spec:cfg'.                              *)
EXTENDS Bayou
CONSTANTS S, C, K,
          Ryw, Mr, Wfr, Mw, Scope,    \* the sessions' guarantees
          Loose,                      \* the clients whose sessions ask for none
          Homes,                      \* "anywhere": clients roam; "crossed": client 1 at server 0, client 2 at 1, then 0
          Topology                    \* "full", "chain" or "ring"

MCServer == 0 .. S-1
MCClient == 1 .. C
MCKey    == 1 .. K

MCAsks ==
  [c \in Client |-> IF c \in Loose
                    THEN [ryw |-> FALSE, mr |-> FALSE, wfr |-> FALSE, mw |-> FALSE, scope |-> "key"]
                    ELSE [ryw |-> Ryw, mr |-> Mr, wfr |-> Wfr, mw |-> Mw, scope |-> Scope]]
MCPlacement == IF Homes = "crossed" THEN << <<0>>, <<1, 0>> >> ELSE Anywhere

Pairs == { {s, p} : s, p \in Server } \ { {s} : s \in Server }
MCLinks ==
  CASE Topology = "full"  -> Pairs
    [] Topology = "chain" -> { {s, s+1} : s \in 0 .. S-2 }
    [] Topology = "ring"  -> { {s, (s+1) % S} : s \in Server } \cap Pairs

(* With symmetry, let Client and Key be sets of model values and add          *)
(* `SYMMETRY Perms'; servers are not interchangeable, since R4 breaks ties by  *)
(* their numbers.                                                              *)
Perms == Permutations(Client) \cup Permutations(Key)
==============================================================================
