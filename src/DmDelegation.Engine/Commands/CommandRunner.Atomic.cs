using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Commands;

// Children in order, all or none (REP-088 to REP-095).
internal sealed partial class CommandRunner
{
    private void RunAtomic(Atomic atomic)
    {
        var children = atomic.Commands.Where(CommandForm.IsAnswered).ToArray();
        var refusals = children.Select((child, index) => CommandForm.Refusal(child, PlaceOf(index, children.Length))).ToArray();
        var replies = new List<Command>();
        var status = Array.TrueForAll(refusals, refusal => refusal is null)
            ? Execute(children, replies)
            : RefuseUnrun(children, refusals, replies);
        _replies.Add(Answer(atomic, status));
        _replies.AddRange(replies);
    }

    private static Place PlaceOf(int index, int count) => index == count - 1 ? Place.EndOfAtomic : Place.Atomic;

    // Nesting and form are checked before the first change (REP-095): nothing ran, so nothing is rolled back.
    private int RefuseUnrun(Command[] children, int?[] refusals, List<Command> replies)
    {
        foreach (var (child, refusal) in children.Zip(refusals))
        {
            if (refusal is { } status)
            {
                LogRefusal(child, "", status, "REP-092", 0);
            }

            Refuse(replies, child, refusal ?? StatusCode.NotExecuted, StatusCode.NotExecuted);
        }

        return StatusCode.AtomicFailed;
    }

    private int Execute(Command[] children, List<Command> replies)
    {
        var operation = children is [.., var last] ? CommandForm.Operation(last) : null;
        if (operation is not null)
        {
            // What stands before a change of authority is a commit of its own (DEL-143).
            _work.Commit(CommitPoint.Message);
        }

        var savepoint = _work.Engine;
        _lastReason = 0;
        _work.InsideAtomic = true;
        var done = RunChildren(children, replies);
        _work.InsideAtomic = false;
        if (!done && _lastReason == ReasonCode.RollbackIncomplete.Code)
        {
            // The delegation has ended, though not neatly: rolled back, B would be in again (DEL-139).
            _work.Commit(CommitPoint.T3);
            return StatusCode.AtomicRollBackFailed;
        }

        if (!done)
        {
            RollBackTo(savepoint);
            MarkRolledBack(replies);
            if (_lastReason == ReasonCode.ProofBad.Code)
            {
                KeepAttempt((Exec)children[^1]);
            }
        }
        else if (operation is not null)
        {
            _work.Commit(PointOf(operation));
        }
        else if (EndsDelegations(savepoint.Durable, _work.State))
        {
            // Only now is it known that this Atomic changed authority: what stood before it comes first, and it is its own commit (DEL-143).
            var atomic = _work.State;
            _work.State = savepoint.Durable;
            _work.Commit(CommitPoint.Message);
            _work.State = atomic;
            _work.Commit(CommitPoint.T3);
        }

        return done ? StatusCode.Ok : StatusCode.AtomicFailed;
    }

    private static bool EndsDelegations(AgentState before, AgentState after) =>
        !ReferenceEquals(before.Records, after.Records) && before.Live().Any(live => after.Records.GetValueOrDefault(live.Record.Id)?.State.IsLive() != true);

    // What guards against replay and floods, and what was refused, is not undone with the commands (DEL-100, DEL-101, DEL-105, DEL-400).
    private void RollBackTo(EngineState savepoint)
    {
        var (nonces, servers) = (_work.Engine.Nonces, _work.State.Servers);
        _work.Engine = savepoint with { Nonces = nonces, Refusals = _work.Engine.Refusals };
        if (!ReferenceEquals(servers, _work.State.Servers))
        {
            // What was done to an account is undone with it.
            var before = savepoint.Durable;
            var kept = servers.Select(server => KeyValuePair.Create(server.Key, server.Value with { Rotation = before.ServerOf(server.Key).Rotation, Reach = before.ServerOf(server.Key).Reach }));
            _work.State = _work.State with { Servers = servers.SetItems(kept) };
        }
    }

    // A wrong proof is counted and uses up its challenge, whatever else is undone (DEL-180, DEL-184).
    private void KeepAttempt(Exec confirm)
    {
        var id = LocUri.TryParse(confirm.Items[0].Target!.LocURI, _work.Options.UriLimits, out var uri, out _) ? uri!.Path.Segments[1] : "";
        Operations.UseChallenge(_work, _server, id);
        if (_work.State.Records.TryGetValue(id, out var record) && record.Grant is not null)
        {
            DelegationEvents.CountBadAttempt(_work, record, _server, DelegationEvent.ConfirmProofBad);
        }
    }

    private bool RunChildren(Command[] children, List<Command> replies)
    {
        var done = true;
        foreach (var child in children)
        {
            if (!done)
            {
                Refuse(replies, child, StatusCode.NotExecuted, StatusCode.NotExecuted);
                continue;
            }

            done = child is Alert alert ? RunAlert(alert, replies) : RunItems((ItemCommand)child, replies, stopAtFailure: true);
        }

        return done;
    }

    private bool RunAlert(Alert alert, List<Command> replies)
    {
        var status = AlertRules.Answer(alert);
        replies.Add(Answer(alert, status));
        return StatusCode.IsSuccess(status);
    }

    private static void MarkRolledBack(List<Command> replies)
    {
        for (var i = 0; i < replies.Count; i++)
        {
            if (replies[i] is Status status && StatusCode.IsSuccess(status.Data) && status.Data != StatusCode.NotExecuted)
            {
                replies[i] = status with { Data = StatusCode.AtomicRollBackOk };
            }
        }
    }

    // Which transaction an operation is (7.1).
    private static CommitPoint PointOf(string operation) => operation switch
    {
        "Start" => CommitPoint.T1,
        "Confirm" => CommitPoint.T2,
        _ => CommitPoint.T3,
    };
}
