using System.Collections.Immutable;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Loop;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine;
using DmDelegation.Engine.Session;

namespace DmDelegation.Tests.Agent.Loop;

/// <summary>What is kept of sessions, and how <c>session last</c> tells it.</summary>
[TestClass]
public sealed class SessionMemoryTests
{
    private static readonly ImmutableSortedDictionary<string, ServerSessions> Nothing = ImmutableSortedDictionary.Create<string, ServerSessions>(StringComparer.Ordinal);
    private static readonly ImmutableSortedDictionary<int, int> NoStatus = ImmutableSortedDictionary<int, int>.Empty;

    [TestMethod]
    public void A_session_is_kept_with_its_duration_by_boot_time_and_its_statuses()
    {
        using var samples = new Samples();
        var known = SessionMemory.Began(Nothing, Running(("a.example", 7)), At(0));
        known = SessionMemory.Began(known, Running(("a.example", 7)), At(500)); // seen again: it began before
        Assert.AreEqual(7, known["a.example"].Running);
        known = SessionMemory.Ended(known, new EndSession("a.example", 7, null, NoStatus.Add(200, 3).Add(425, 1)), samples.Factory.Tree, At(2500));
        known = SessionMemory.Ended(known, new EndSession("a.example", 0, "connect", NoStatus), samples.Factory.Tree, At(9000));
        var sessions = known["a.example"];
        Assert.AreEqual((0L, 1L, 1L, 3L, 1L), (sessions.Running, sessions.Done, sessions.Failed, sessions.Statuses[200], sessions.Statuses[425]));
        Assert.AreEqual(("connect", 0L), (sessions.Last!.Error, sessions.Last.DurationMs));
    }

    [TestMethod]
    public void Servers_without_account_are_kept_in_bounds_and_those_with_one_always()
    {
        using var samples = new Samples();
        var known = SessionMemory.Ended(Nothing, new EndSession("a.example", 0, "connect", NoStatus), samples.Factory.Tree, At(0));
        for (var at = 1; at <= 100; at++)
            known = SessionMemory.Ended(known, new EndSession($"stranger{at}", 0, "no-account", NoStatus), samples.Factory.Tree, At(at));
        Assert.HasCount(17, known);
        Assert.IsTrue(known.ContainsKey("a.example") && known.ContainsKey("stranger100") && !known.ContainsKey("stranger1"));
    }

    [TestMethod]
    public void The_last_session_is_told_with_its_end_in_words()
    {
        using var samples = new Samples();
        var known = SessionMemory.Began(Nothing, Running(("a.example", 7), ("b.example", 8)), At(0));
        known = SessionMemory.Ended(known, new EndSession("a.example", 7, null, NoStatus.Add(200, 3).Add(425, 1)), samples.Factory.Tree, At(2500));
        var context = samples.Context();
        context = context with { Facts = context.Facts with { Observed = new Observed(Samples.Now.Wall) { Sessions = known } } };
        Assert.AreEqual(
            """
            a.example  done, began 2027-01-02T03:04:05Z, took 2.5 s
                4 commands: 3 x 200, 1 x 425
                1 done, 0 failed
            b.example  none has ended; another one runs
                0 done, 0 failed
            Since the agent started at 2027-01-02T03:04:05Z; what was before is forgotten.
            """, string.Join('\n', SessionText.Last(SessionQuery.Last(context, "").Data!)));
        known = SessionMemory.Ended(known, new EndSession("b.example", 8, "tls-pin", NoStatus), samples.Factory.Tree, At(100_000));
        context = context with { Facts = context.Facts with { Observed = context.Facts.Observed with { Sessions = known } } };
        Assert.AreEqual(
            """
            b.example  failed, began 2027-01-02T03:04:05Z, took 1 min 40 s
                tls-pin: its key is none of the spkiPins of its account
                no commands
                0 done, 1 failed
            Since the agent started at 2027-01-02T03:04:05Z; what was before is forgotten.
            """, string.Join('\n', SessionText.Last(SessionQuery.Last(context, "b.example").Data!)));
        var missing = SessionQuery.Last(context, "c.example");
        Assert.AreEqual(("not-found", "there was no session with c.example since the agent started at 2027-01-02T03:04:05Z; no account has this Server Identifier, see dmagent account list"), (missing.Code, missing.Text));
    }

    private static SessionMoment At(long ms) => new(Samples.Now.Wall.AddMilliseconds(ms), ms);

    private static ImmutableSortedDictionary<string, SessionState> Running(params (string Server, long Serial)[] sessions) => sessions.ToImmutableSortedDictionary(
        session => session.Server, session => new SessionState { Server = session.Server, Serial = session.Serial, Account = default }, StringComparer.Ordinal);
}
