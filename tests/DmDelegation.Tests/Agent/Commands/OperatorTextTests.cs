using System.Text.Json;
using DmDelegation.Agent.Commands;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Agent.Commands;

/// <summary>What an operator reads on a terminal of 80 columns, to the letter.</summary>
[TestClass]
public sealed class OperatorTextTests
{
    private const string Footer =
        """
        Device     DEVICE
        Agent      0.1.0, ready
        Clock      trusted, 2027-01-02T03:04:05Z
        Outbox     empty
        Sessions   none
        """;

    [TestMethod]
    public void Status_says_who_manages_the_device_and_that_all_is_well()
    {
        using var samples = new Samples();
        Assert.AreEqual("Managed by a.example. All is well.\n" + Footer, Status(samples, samples.Factory));
    }

    [TestMethod]
    public void Status_shows_every_part_with_its_server_its_end_and_its_chain_and_then_what_is_wrong()
    {
        using var samples = new Samples();
        Assert.AreEqual(
            """
            Managed by a.example, 5 parts by delegation. 2 things are wrong.
              ./SCM: b.example, until 2027-01-03T03:04:04Z, 23 h 59 min left
                delegation 7QK2 by a.example, a.example only reads
                ./SCM/x: c.example, until 2027-01-02T04:03:05Z, 59 min left
                  delegation 8XK3 by b.example, b.example only reads, part of 7QK2
              ./DevDetail: d.example, for ever
                delegation 9FIN by a.example, owned
              ./DevInfo: e.example, suspended until the time is known, at most 10 min left
                delegation A001 by a.example, a.example only reads
                ./DevInfo/Man: f.example, suspended with A001, at most 1 min left
                  delegation A002 by e.example, e.example only reads, part of A001
              ./SCM/r: g.example has 1 h to confirm, until then nothing changes
                delegation B007 by a.example
            warning delegation A001 to e.example is suspended: the time since the reboot is
                    unknown [delegation-suspended]
                    -> let the clock be synchronised, or let a.example tell the time
            warning delegation A002 to f.example is suspended with A001, of which it is a
                    part [delegation-suspended]
                    -> dmagent delegation show A001
            notice delegation B007 waits for g.example; without it the earlier scheme is
                   back in 3600 s [delegation-pending]
                   -> dmagent session start g.example

            """ + Footer,
            Status(samples, SampleDelegations.Several(samples.Factory)));
    }

    [TestMethod]
    public void A_server_that_is_late_with_its_secrets_is_a_warning_with_a_remedy_DEL_181()
    {
        using var samples = new Samples();
        var record = SampleDelegations.Record(samples.Factory, "7QK2", DelegationState.Active, "./SCM");
        var late = record with { Grant = record.Grant! with { Rotation = RotationDuty.Overdue } };
        StringAssert.Contains(
            Status(samples, samples.Factory.With(late)),
            """
            Managed by a.example, 1 part by delegation. 1 thing is wrong.
              ./SCM: b.example, until revoked
                delegation 7QK2 by a.example, a.example only reads
            warning delegation 7QK2: b.example still uses secrets that a.example knows, and
                    may do nothing else until it has replaced them [rotation-overdue]
                    -> tell b.example, or let a.example revoke

            """,
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void The_list_has_scope_state_time_left_what_was_told_and_the_reason_with_what_to_do_next()
    {
        using var samples = new Samples();
        var state = SampleDelegations.Several(samples.Factory)
            .With(SampleDelegations.Staged("C001", "a.example", "h.example", "./SCM", "until-revoked"))
            .With(SampleDelegations.Record(samples.Factory, "D001", DelegationState.Failed, "./SCM", to: "i.example", reason: 171) with { AckDelegated = AckState.GivenUp });
        Assert.AreEqual(
            """
            7QK2  Active  a.example -> b.example  ./SCM
                partial, temporary, exclusive; until 2027-01-03T03:04:04Z, 23 h 59 min left
                told: a.example delivered, b.example queued
            8XK3  Active  b.example -> c.example  ./SCM/x
                partial, temporary, exclusive, part of 7QK2; until 2027-01-02T04:03:05Z, 59
                min left
                told: b.example delivered, c.example queued
            9FIN  Finalised  a.example -> d.example  ./DevDetail
                partial, final, exclusive; for ever
                told: a.example delivered, d.example queued
            A001  Suspended  a.example -> e.example  ./DevInfo
                partial, temporary, exclusive; at most 10 min left
                told: a.example delivered, e.example queued
                suspended: the time since the reboot is unknown
                -> let the clock be synchronised, or let a.example tell the time
            A002  Suspended  e.example -> f.example  ./DevInfo/Man
                partial, temporary, exclusive, part of A001; at most 1 min left
                told: e.example delivered, f.example queued
                suspended with A001
                -> dmagent delegation show A001
            B007  Pending  a.example -> g.example  ./SCM/r
                partial, until-revoked, exclusive; 1 h left to confirm
                told: a.example delivered, g.example queued
            C001  Staged  a.example -> h.example  ./SCM
                partial, until-revoked, exclusive
                told: a.example nothing to tell, h.example nothing to tell
            D001  Failed  a.example -> i.example  ./SCM
                partial, until-revoked, exclusive
                told: a.example delivered, i.example given up
                too many failed logins or proofs of i.example [171 KEY_LOCKOUT]
                -> check that i.example got the right key, then a.example starts a new one
            """,
            Lines(DelegationText.List(DelegationQuery.List(samples.Context(state)))));
        Assert.AreEqual("there is no delegation", Lines(DelegationText.List(DelegationQuery.List(samples.Context()))));
    }

    [TestMethod]
    public void Show_draws_one_record_whole()
    {
        using var samples = new Samples();
        var state = SampleDelegations.Several(samples.Factory);
        Assert.AreEqual(
            """
            Delegation 7QK2: Active
            From       a.example
            To         b.example, account ./DMAcc/a
            Type       partial, temporary, exclusive
            Scope      ./SCM  Get+Replace
            Parts      8XK3
            Time       until 2027-01-03T03:04:04Z, 23 h 59 min left
            Told       a.example: delivered; b.example: queued
            """,
            Show(samples, state, "7QK2"));
        Assert.AreEqual(
            """
            Delegation A002: Suspended
            From       e.example
            To         f.example, account ./DMAcc/a
            Type       partial, temporary, exclusive
            Scope      ./DevInfo/Man  Get+Replace
            Part of    A001
            Time       at most 1 min left
            Told       e.example: delivered; f.example: queued
            Why        suspended with A001
            Next       dmagent delegation show A001
            """,
            Show(samples, state, "A002"));
        var failed = SampleDelegations.Record(samples.Factory, "D001", DelegationState.Revoked, "./SCM", reason: 501);
        StringAssert.EndsWith(
            Show(samples, state.With(failed), "D001"),
            "Why        home scheme not completely restored [501 ROLLBACK_INCOMPLETE]\nNext       compare the ACLs with the owner's plan: dmagent acl show",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void Explain_names_the_delegation_that_grants_and_the_one_that_denies_DEL_320_DEL_331()
    {
        using var samples = new Samples();
        var state = samples.Factory.With(SampleDelegations.Record(samples.Factory, "7QK2", DelegationState.Active, "./SCM"));
        Assert.AreEqual(
            """
            a.example may NOT Replace ./SCM/x
            Rule       DEL-331: an exclusive delegation leaves its delegating server only
                       Get in the scope
            Delegation 7QK2: a.example gave ./SCM to b.example (Active)
            Decided at ./SCM/x
            Status     425
            """,
            Explain(samples, state, "a.example", "Replace", "./SCM/x"));
        var tree = new DmDelegation.Tree.TreeTransaction(state.Tree, Samples.Now.Wall);
        tree.SetAcl(state.Tree.Find(DmDelegation.Tree.NodePath.Parse("./SCM"))!.Id, DmDelegation.Tree.Acl.Parse("Get=a.example+b.example&Replace=b.example"));
        Assert.AreEqual(
            """
            b.example may Replace ./SCM/x
            Rule       DEL-320: the scope of a live delegation
            Delegation 7QK2: a.example gave ./SCM to b.example (Active)
            Decided at ./SCM
            Note       b.example has no account, so it cannot open a session
            """,
            Explain(samples, Treated(state with { Tree = tree.Current }), "b.example", "Replace", "./SCM/x"));
    }

    [TestMethod]
    [DataRow(0L, "0 s")]
    [DataRow(59L, "59 s")]
    [DataRow(60L, "1 min")]
    [DataRow(3_599L, "59 min 59 s")]
    [DataRow(3_600L, "1 h")]
    [DataRow(86_399L, "23 h 59 min")]
    [DataRow(183_600L, "2 d 3 h")]
    public void Time_that_is_left_is_told_in_its_two_largest_units(long seconds, string words) => Assert.AreEqual(words, Words.Left(seconds));

    [TestMethod]
    public void What_was_written_for_80_columns_fits_into_them()
    {
        using var samples = new Samples();
        var context = samples.Context(SampleDelegations.Several(samples.Factory), running: false);
        var lines = StatusText.Of(StatusQuery.Report(context)).Concat(DelegationText.List(DelegationQuery.List(context)));
        Assert.AreEqual("", string.Join('\n', lines.Where(line => line.Length > 80)));
        Assert.AreEqual(new string('x', 100), Words.Wrap("", new string('x', 100)).Single(), "a word is never cut");
    }

    [TestMethod]
    public void The_JSON_of_status_has_the_fields_it_always_had_and_more()
    {
        using var samples = new Samples();
        var json = JsonSerializer.SerializeToElement(StatusQuery.Report(samples.Context(SampleDelegations.Several(samples.Factory))), ReportJson.Readable.StatusReport);
        Assert.AreEqual(
            "well state version deviceId managedBy home clock delegations outbox sessions warnings accounts waiting operations", Names(json));
        Assert.AreEqual("server by delegation state scope until remainingSeconds parent exclusive held", Names(json.GetProperty("managedBy")[0]));
        Assert.AreEqual("server by delegation scope secondsLeft parent", Names(json.GetProperty("waiting")[0]));
        Assert.AreEqual("code severity text remedy because subject since", Names(json.GetProperty("warnings")[0]));
        Assert.AreEqual(
            """{"server":"c.example","by":"b.example","delegation":"8XK3","state":"Active","scope":["./SCM/x"],"until":"2027-01-02T04:03:05Z","remainingSeconds":3540,"parent":"7QK2","exclusive":true,"held":null}""",
            json.GetProperty("managedBy")[1].GetRawText());
    }

    [TestMethod]
    public void Status_tells_what_runs_for_whom_DEL_218()
    {
        using var samples = new Samples();
        var running = new DeviceOperation(
            7, new NodeId(1), "./SCM/update", "b.example", "7QK2", ["a.example"], "", "", Samples.Now.BootMs - 61_000, 600, OperationPhase.Running, PastPoint: true, 0);
        var state = samples.Factory with { Operations = samples.Factory.Operations.Add(7, running).Add(8, running with { Delegation = "", PastPoint = false }) };
        StringAssert.EndsWith(
            Status(samples, state),
            """
            Sessions   none
            Runs       ./SCM/update for b.example (delegation 7QK2), 1 min 1 s, past its
                       point of no return
            Runs       ./SCM/update for b.example, 1 min 1 s
            """,
            StringComparison.Ordinal);
        var json = JsonSerializer.SerializeToElement(StatusQuery.Report(samples.Context(state)), ReportJson.Readable.StatusReport);
        Assert.AreEqual(
            """{"node":"./SCM/update","server":"b.example","delegation":"7QK2","seconds":61,"state":"past-point-of-no-return"}""",
            json.GetProperty("operations")[0].GetRawText());
    }

    /// <summary>T1 and T2 have been here: the undo record says what the ACL owes to the delegation.</summary>
    private static AgentState Treated(AgentState state)
    {
        var record = state.Records["7QK2"];
        var node = record.Grant!.Scope[0].Root;
        var entry = new UndoEntry(node, "./SCM", null, "Get=a.example+b.example&Replace=b.example", record.Grant.Scope[0].Rights, DmDelegation.Tree.AclCommands.Replace, false, "");
        return state.With(record with { Grant = record.Grant with { Undo = UndoRecord.Empty with { Entries = [entry] } } });
    }

    private static string Names(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(property => property.Name));

    private static string Status(Samples samples, AgentState state) => Lines(StatusText.Of(StatusQuery.Report(samples.Context(state)) with { DeviceId = "DEVICE" }));

    private static string Show(Samples samples, AgentState state, string id) => Lines(DelegationText.Show(DelegationQuery.Show(samples.Context(state), id).Data!));

    private static string Explain(Samples samples, AgentState state, string server, string command, string uri) =>
        Lines(HumanText.Access(AccessQuery.Explain(samples.Context(state), server, command, uri).Data!));

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
