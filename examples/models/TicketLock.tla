---- MODULE TicketLock ----
\* A ticket lock (Mellor-Crummey and Scott, 1991), as ticket-lock.ts has it: numbers count modulo the processes.
EXTENDS Naturals
CONSTANT N
Procs == 0..(N - 1)
None == N
VARIABLES at, ticket, next, serving
vars == <<at, ticket, next, serving>>

Init == /\ at = [p \in Procs |-> "outside"]
        /\ ticket = [p \in Procs |-> None]
        /\ next = 0
        /\ serving = 0

Draw(p) == /\ at[p] = "outside"
           /\ at' = [at EXCEPT ![p] = "waiting"]
           /\ ticket' = [ticket EXCEPT ![p] = next]
           /\ next' = (next + 1) % N
           /\ UNCHANGED serving

Enter(p) == /\ at[p] = "waiting"
            /\ ticket[p] = serving
            /\ at' = [at EXCEPT ![p] = "inside"]
            /\ UNCHANGED <<ticket, next, serving>>

Leave(p) == /\ at[p] = "inside"
            /\ at' = [at EXCEPT ![p] = "outside"]
            /\ ticket' = [ticket EXCEPT ![p] = None]
            /\ serving' = (serving + 1) % N
            /\ UNCHANGED next

Step(p) == Draw(p) \/ Enter(p) \/ Leave(p)
Next == \E p \in Procs : Step(p)

Spec == Init /\ [][Next]_vars /\ \A p \in Procs : WF_vars(Step(p))

Exclusion == \A p, q \in Procs : p # q => ~(at[p] = "inside" /\ at[q] = "inside")
Served == \A p \in Procs : (at[p] = "waiting") ~> (at[p] = "inside")
====
