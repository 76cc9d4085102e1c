using DmDelegation.Protocol;

namespace DmDelegation.Engine.Commands;

// Children in order, all or none (REP-088 to REP-095).
internal sealed partial class CommandRunner
{
    private void RunAtomic(Atomic atomic)
    {
        var children = atomic.Commands.Where(CommandForm.IsAnswered).ToArray();
        var refusals = children.Select((child, index) => CommandForm.Refusal(child, PlaceOf(index, children.Length))).ToArray();
        var replies = new List<Command>();
        var done = Array.TrueForAll(refusals, refusal => refusal is null)
            ? Execute(children, replies)
            : RefuseUnrun(children, refusals, replies);
        _replies.Add(Answer(atomic, done ? StatusCode.Ok : StatusCode.AtomicFailed));
        _replies.AddRange(replies);
    }

    private static Place PlaceOf(int index, int count) => index == count - 1 ? Place.EndOfAtomic : Place.Atomic;

    // Nesting and form are checked before the first change (REP-095): nothing ran, so nothing is rolled back.
    private bool RefuseUnrun(Command[] children, int?[] refusals, List<Command> replies)
    {
        foreach (var (child, refusal) in children.Zip(refusals))
        {
            if (refusal is { } status)
            {
                LogRefusal(child, "", status, "REP-092", 0);
            }

            Refuse(replies, child, refusal ?? StatusCode.NotExecuted, StatusCode.NotExecuted);
        }

        return false;
    }

    private bool Execute(Command[] children, List<Command> replies)
    {
        var operation = children is [.., var last] ? CommandForm.Operation(last) : null;
        if (operation is not null)
        {
            // What stands before a change of authority is a commit of its own (DEL-143).
            _work.Commit(CommitPoint.Message);
        }

        var savepoint = _work.Engine;
        _work.BeginAtomic();
        var done = RunChildren(children, replies);
        if (!done)
        {
            _work.Engine = savepoint;
            MarkRolledBack(replies);
        }

        _work.EndAtomic();
        if (done && operation is not null)
        {
            _work.Commit(PointOf(operation));
        }

        return done;
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
