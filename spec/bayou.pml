/* bayou.pml - the core ("bayou-s": configs/bayou-s-*.json) for Spin
 *
 * Servers that accept puts (R2, R3), prune (R6) and pull from each other in one step (R9), clients that roam, with Read Your
 * Writes and Monotonic Reads of scope store (R12). No links, kills, messages. `npm run spec:spin' compares its counts with ours.
 *
 *   spin -a -DS=3 -DC=2 -DK=1 -DN=3 [-DV1] [-DGUARD] bayou.pml
 *
 * Logs are pruned by client time, which is what R6 comes to where no answer is lost (the later put has the greater stamp, as
 * SESSION_ORDER asserts), and what V1 does.
 *
 * One process with one control state; every action is one d_step, so the only
 * states pan stores are the model's own states.
 *
 * Representation
 *   stamp (t,r)       one byte  t<<2 | r           (0 = none; t >= 1, S <= 4)
 *   write (t,r,ct)    one byte  t<<5 | r<<3 | ct   (N <= 7), kept in the slot of its (c,k)
 *   log[s]            C*K slots (0 = no write). A log set holds at most one write for each
 *                     (c,k) after pruning, so the array of slots is a canonical form of the
 *                     set: equal sets <=> equal bytes.
 * Without GUARD every Get and Pull is executable in every state (steps that change nothing are
 * self-loops); with GUARD, steps that change nothing are not executable.
 */
#ifndef S
#define S 3
#define C 2
#define K 1
#define N 3
#endif

#define VV(s,r)    vv[(s)*S+(r)]
#define LOG(s,c,k) log[((s)*C+(c))*K+(k)]
#define WV(c,r)    wvec[(c)*S+(r)]
#define RV(c,r)    rvec[(c)*S+(r)]
#define LW(c,k)    lastW[(c)*K+(k)]
#define LR(c,k)    lastR[(c)*K+(k)]

byte clock[S], vv[S*S], log[S*C*K];
byte ctime[C], lam[C], wvec[C*S], rvec[C*S], lastW[C*K], lastR[C*K];
byte puts;

#ifdef VISIBLE	/* for -DBFS, which cannot have hidden variables */
byte nt, wr;
#define CLEAR	; nt = 0; wr = 0
#else
hidden byte nt, wr;				/* scratch: not in the state vector */
#define CLEAR
#endif

#define MAX(a,b)  ((a) >= (b) -> (a) : (b))

/* --- repetition over the index sets --- */
#if S==2
#define ORR(M,a,b) (M(a,b,0) || M(a,b,1))
#define ALLR(M,a,b) M(a,b,0) M(a,b,1)
#elif S==3
#define ORR(M,a,b) (M(a,b,0) || M(a,b,1) || M(a,b,2))
#define ALLR(M,a,b) M(a,b,0) M(a,b,1) M(a,b,2)
#elif S==4
#define ORR(M,a,b) (M(a,b,0) || M(a,b,1) || M(a,b,2) || M(a,b,3))
#define ALLR(M,a,b) M(a,b,0) M(a,b,1) M(a,b,2) M(a,b,3)
#endif

#if K==1
#define ALLK(M,a,b)  M(a,b,0)
#elif K==2
#define ALLK(M,a,b)  M(a,b,0) M(a,b,1)
#elif K==3
#define ALLK(M,a,b)  M(a,b,0) M(a,b,1) M(a,b,2)
#endif

#if C==1
#define TOP(s,k)     LOG(s,0,k)
#define ALLCK(M,s,p) ALLK(M##0,s,p)
#define FORC(M,s)    M(0,s)
#elif C==2
#define TOP(s,k)     MAX(LOG(s,0,k),LOG(s,1,k))
#define ALLCK(M,s,p) ALLK(M##0,s,p) ALLK(M##1,s,p)
#define FORC(M,s)    M(0,s) M(1,s)
#elif C==3
#define TOP(s,k)     MAX(MAX(LOG(s,0,k),LOG(s,1,k)),LOG(s,2,k))
#define ALLCK(M,s,p) ALLK(M##0,s,p) ALLK(M##1,s,p) ALLK(M##2,s,p)
#define FORC(M,s)    M(0,s) M(1,s) M(2,s)
#endif

/* --- Put --- */
#ifdef V1
#define NEWT(c,s)  clock[s] + 1
#else
#define NEWT(c,s)  MAX(clock[s],lam[c]) + 1
#endif

#define PUT(c,s,k) \
	:: d_step { puts < N -> \
		puts++; \
		nt = NEWT(c,s); \
		ctime[c]++; \
		assert(((nt<<2) | (s)) > LW(c,k));	/* SESSION_ORDER */ \
		LOG(s,c,k) = (nt<<5) | ((s)<<3) | ctime[c]; \
		clock[s] = nt; VV(s,s) = nt; \
		lam[c] = MAX(lam[c],nt); \
		WV(c,s) = nt; \
		LW(c,k) = (nt<<2) | (s) CLEAR }

/* --- Get --- */
#if S==2
#define DEPOK(c,s)  (VV(s,0) >= WV(c,0) && VV(s,0) >= RV(c,0) && VV(s,1) >= WV(c,1) && VV(s,1) >= RV(c,1))
#elif S==3
#define DEPOK(c,s)  (VV(s,0) >= WV(c,0) && VV(s,0) >= RV(c,0) && VV(s,1) >= WV(c,1) && VV(s,1) >= RV(c,1) && \
                     VV(s,2) >= WV(c,2) && VV(s,2) >= RV(c,2))
#elif S==4
#define DEPOK(c,s)  (VV(s,0) >= WV(c,0) && VV(s,0) >= RV(c,0) && VV(s,1) >= WV(c,1) && VV(s,1) >= RV(c,1) && \
                     VV(s,2) >= WV(c,2) && VV(s,2) >= RV(c,2) && VV(s,3) >= WV(c,3) && VV(s,3) >= RV(c,3))
#endif

/* wr = the newest write to k at s (0: none). wr >> 3 is its stamp; a missing write has stamp 0,
   so "no write though the client knows one" is the same test as "an older write". */
#ifdef NOMR	/* look for RYW and CONV violations only */
#define ASSERTMR(c,k)
#else
#define ASSERTMR(c,k)	assert((wr>>3) >= LR(c,k));
#endif
#define GETBODY(c,s,k) \
		assert((wr>>3) >= LW(c,k));	/* RYW */ \
		ASSERTMR(c,k)			/* MR  */ \
		if \
		:: wr -> \
			RV(c,(wr>>3)&3) = MAX(RV(c,(wr>>3)&3),(wr>>5)); \
			lam[c] = MAX(lam[c],(wr>>5)); \
			LR(c,k) = wr>>3 \
		:: else \
		fi

#ifdef GUARD
#define GET(c,s,k) \
	:: d_step { DEPOK(c,s) && (TOP(s,k)>>3) != LR(c,k) -> \
		wr = TOP(s,k); \
		GETBODY(c,s,k) CLEAR }
#else
#define GET(c,s,k) \
	:: d_step { true; \
		if \
		:: DEPOK(c,s) -> \
			wr = TOP(s,k); \
			GETBODY(c,s,k) \
		:: else \
		fi CLEAR }
#endif

/* --- Pull --- */
#define MERGE(c,s,p,k) \
		wr = LOG(p,c,k); \
		if \
		:: (wr>>5) > VV(s,(wr>>3)&3) && (wr&7) > (LOG(s,c,k)&7) -> LOG(s,c,k) = wr \
		:: else \
		fi;
#define MERGE0(s,p,k) MERGE(0,s,p,k)
#define MERGE1(s,p,k) MERGE(1,s,p,k)
#define MERGE2(s,p,k) MERGE(2,s,p,k)
#define JOIN(s,p,r)   VV(s,r) = MAX(VV(s,r),VV(p,r));
#define NEWER(s,p,r)  (VV(p,r) > VV(s,r))

/* CONV: only a Pull can make two version vectors equal (a Put gives s a fresh vv[s][s]),
   so it is checked after each Pull, for s against every other server */
#define DIFF(s,q,r)   (VV(s,r) != VV(q,r))
#define SAMETOP(s,q,k) assert(TOP(s,k) == TOP(q,k));
#define CONV(s,q) \
		if \
		:: (s) == (q) || ORR(DIFF,s,q) \
		:: else -> ALLK(SAMETOP,s,q) \
		fi;
#define CONVALL(s)  CONV(s,0) CONV(s,1) CONV2(s) CONV3(s)
#if S>2
#define CONV2(s) CONV(s,2)
#else
#define CONV2(s)
#endif
#if S>3
#define CONV3(s) CONV(s,3)
#else
#define CONV3(s)
#endif

#ifdef GUARD
#define PULLGUARD(s,p) ORR(NEWER,s,p)
#else
#define PULLGUARD(s,p) true
#endif

#define PULL(s,p) \
	:: d_step { PULLGUARD(s,p) -> \
		ALLCK(MERGE,s,p) \
		ALLR(JOIN,s,p) \
		clock[s] = MAX(clock[s],clock[p]); \
		CONVALL(s) \
		skip CLEAR }

#define PUTGET(c,s)  ALLK(PUT,c,s) ALLK(GET,c,s)

active proctype bayou()
{
end:	do
	FORC(PUTGET,0) FORC(PUTGET,1)
	PULL(0,1) PULL(1,0)
#if S>2
	FORC(PUTGET,2)
	PULL(0,2) PULL(2,0) PULL(1,2) PULL(2,1)
#endif
#if S>3
	FORC(PUTGET,3)
	PULL(0,3) PULL(3,0) PULL(1,3) PULL(3,1) PULL(2,3) PULL(3,2)
#endif
	od
}
