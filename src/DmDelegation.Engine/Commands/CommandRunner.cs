using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Session;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Commands;

/// <summary>
/// Runs the commands of one server message in document order (PRO-005) and collects what is answered: one Status per command or Item,
/// Results behind the Status of their Get (STA-001 to STA-013).
/// </summary>
internal sealed partial class CommandRunner
{
    private readonly Work _work;
    private readonly string _server;
    private readonly string _msgRef;
    private readonly ResultsForm.Room _room;
    private readonly ItemExecution _execution;
    private readonly List<Command> _replies = [];
    private (string Command, string LocUri)? _pendingChunk;
    private int _lastReason;

    public CommandRunner(Work work, SessionState session, ResultsForm.Room room)
    {
        _work = work;
        _server = session.Server;
        _msgRef = session.LastServerMsgId.ToString();
        _room = room;
        _pendingChunk = session.RefusedChunk;
        _execution = new ItemExecution(work, session.Server);
    }

    /// <summary>What is to be sent, in order, without CmdIDs.</summary>
    public IReadOnlyList<Command> Replies => _replies;

    /// <summary>A chunk was refused, and more of it may follow.</summary>
    public (string Command, string LocUri)? RefusedChunk { get; private set; }

    /// <summary>A command wrote <c>Key/Value</c> (DEL-188).</summary>
    public bool CarriedKey { get; private set; }

    /// <summary>Runs the commands of a message.</summary>
    public void Run(IEnumerable<Command> commands)
    {
        foreach (var command in commands.Where(CommandForm.IsAnswered))
        {
            RunOne(command, Place.SyncBody);
        }
    }

    /// <summary>Answers every command of a message, those inside others too, with one code (STA-011, DEL-217).</summary>
    public void RefuseAll(IEnumerable<Command> commands, int status)
    {
        foreach (var command in commands.Where(CommandForm.IsAnswered))
        {
            Refuse(_replies, command, status, status);
        }
    }

    // The state the command before left is what counts, and the clock may have moved (DEL-216, DEL-334).
    private bool IsAborted => _work.Engine.Sessions[_server].AbortReason != 0;

    private void RunOne(Command command, Place place)
    {
        DelegationEvents.CheckDue(_work);
        if (IsAborted)
        {
            Refuse(_replies, command, StatusCode.PermissionDenied, StatusCode.PermissionDenied);
            return;
        }

        if (CommandForm.Refusal(command, place) is { } refusal)
        {
            LogRefusal(command, "", refusal, "STA-016", 0);
            Refuse(_replies, command, refusal, StatusCode.NotExecuted);
            return;
        }

        switch (command)
        {
            case Atomic atomic: RunAtomic(atomic); break;
            case Sequence sequence: RunSequence(sequence); break;
            case Alert alert: _replies.Add(Answer(alert, AlertRules.Answer(alert))); break;
            case ItemCommand items: RunItems(items, _replies, stopAtFailure: false); break;
        }
    }

    // 200 as soon as it begins; a child that fails stops nothing (REP-086, REP-087).
    private void RunSequence(Sequence sequence)
    {
        _replies.Add(Answer(sequence, StatusCode.Ok));
        foreach (var child in sequence.Commands.Where(CommandForm.IsAnswered))
        {
            RunOne(child, Place.Sequence);
        }
    }

    // Each Item with its own outcome and Status (REP-035, STA-005).
    private bool RunItems(ItemCommand command, List<Command> replies, bool stopAtFailure)
    {
        var allDone = true;
        foreach (var item in command.Items)
        {
            var stopped = (stopAtFailure && !allDone) || (!stopAtFailure && IsAborted);
            var status = stopped
                ? stopAtFailure ? StatusCode.NotExecuted : StatusCode.PermissionDenied
                : RunItem(command, item, replies);
            if (stopped)
            {
                replies.Add(AnswerItem(command, item, status));
            }

            allDone &= StatusCode.IsSuccess(status) && !stopped;
        }

        return allDone;
    }

    private int RunItem(ItemCommand command, Item item, List<Command> replies)
    {
        CarriedKey |= command is Add or Replace && _execution.IsKeyValue(item);
        var outcome = IsChunk(command, item)
            ? new CommandOutcome(StatusCode.OptionalFeatureNotSupported, "PRO-091", 0, null, [], null)
            : _execution.Run(command, item);
        _lastReason = outcome.Reason;
        var results = outcome.Succeeded && command is Get
            ? ResultsForm.Of((_msgRef, command.CmdID), item.Target!.LocURI, outcome.Results, _room)
            : [];
        var status = results is null ? StatusCode.RequestEntityTooLarge : outcome.Status;
        if (!StatusCode.IsSuccess(status))
        {
            LogRefusal(command, item.Target?.LocURI ?? "", status, results is null ? "REP-083" : outcome.Rule, outcome.Reason);
        }

        replies.Add(AnswerItem(command, item, status) with { Items = Failed(outcome.FailedUri) });
        replies.AddRange(results ?? []);
        return status;
    }

    // Large objects are not supported (PRO-091). Neither the first chunk nor what follows it may become the value; a later chunk has the
    // same command and target and no Size (PRO-107), and stands in the message after (PRO-099).
    private bool IsChunk(ItemCommand command, Item item)
    {
        if (item.Target is not { } target)
        {
            return false;
        }

        var key = (command.Name, target.LocURI);
        var continues = key == _pendingChunk && (item.Meta ?? command.Meta)?.Size is null;
        if (item.MoreData)
        {
            RefusedChunk = key;
        }

        if (continues)
        {
            _pendingChunk = null;
        }

        return item.MoreData || continues;
    }

    private void LogRefusal(Command command, string uri, int status, string rule, int reason) => _work.Log(
        LogCodes.CommandRefused,
        $"{command.Name} {uri} answered {status}",
        ("server", _server),
        ("command", command.Name),
        ("uri", uri),
        ("status", status.ToString()),
        ("reason", reason.ToString()),
        ("rule", rule));

    private Status Answer(Command command, int status) => new("", _msgRef, command.CmdID, command.Name, status);

    private Status AnswerItem(ItemCommand command, Item item, int status) => Answer(command, status) with
    {
        TargetRefs = item.Target is { } target ? [target.LocURI] : [],
        SourceRefs = item.Source is { } source ? [source.LocURI] : [],
    };

    // The implicit ancestor that could not be created (REP-044, REP-045).
    private static System.Collections.Immutable.ImmutableArray<Item> Failed(string? uri) =>
        uri is null ? [] : [new Item { Target = new Location(uri) }];

    private void Refuse(List<Command> replies, Command command, int status, int childStatus)
    {
        replies.Add(Answer(command, status));
        if (command is CommandContainer container)
        {
            foreach (var child in container.Commands.Where(CommandForm.IsAnswered))
            {
                Refuse(replies, child, childStatus, childStatus);
            }
        }
    }
}
