using DmDelegation.Engine.Delegation;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.Scenarios.StateTable;

/// <summary>One row of 12.2 for one event in one state, and what makes its condition hold.</summary>
/// <param name="On">The event.</param>
/// <param name="State">The state; each ended one is a case of its own.</param>
/// <param name="Row">Number of the row; <see cref="Rows.None"/> for DEL-291.</param>
internal sealed record Case(DelegationEvent On, DelegationState State, int Row)
{
    /// <summary>The condition in words.</summary>
    public string When { get; init; } = "";

    /// <summary>B has an account of its own; otherwise it is a guest.</summary>
    public bool KnownB { get; init; }

    /// <summary>The delegation is a child: D lends to A what A lends to B. Of a final one, which has no parent, D's is about something else.</summary>
    public bool IsChild { get; init; }

    /// <summary>Changes the device before it exists.</summary>
    public Action<TestDeviceSetup>? Setup { get; init; }

    /// <summary>Changes what A delegates.</summary>
    public Action<Delegating>? Terms { get; init; }

    /// <summary>What happens before the device comes into the state.</summary>
    public Action<Course>? Earlier { get; init; }

    /// <summary>How it comes into the state, if not as <see cref="Arrangements"/> has it.</summary>
    public Action<Course>? Arrange { get; init; }

    /// <summary>Brings the condition about, in the state and before the event.</summary>
    public Action<Course>? Given { get; init; }

    /// <summary>Server that sends the command instead of the one whose it is.</summary>
    public string? From { get; init; }

    /// <summary>The event in another form than <see cref="Acts"/> has it.</summary>
    public Func<Course, int>? Act { get; init; }

    /// <summary>What the row leaves open, or what this form of the event makes of it.</summary>
    public Func<Expected, Expected>? But { get; init; }

    /// <summary>Columns of the matrix: all ended states are one.</summary>
    public DelegationState Column => State.IsEnded() ? DelegationState.Revoked : State;

    public override string ToString() =>
        $"{On} in {State}: {(Row == Rows.None ? "no row" : $"row {Row}")}{(KnownB ? ", known B" : "")}{(IsChild ? ", child" : "")}{(When.Length > 0 ? ", " + When : "")}";
}

/// <summary>What is seen after an event.</summary>
internal sealed record Expected
{
    /// <summary>Status of the command; 0: nothing was answered.</summary>
    public int Status { get; init; }

    /// <summary>Reason code with which it was refused; 0: it was not.</summary>
    public int Refusal { get; init; }

    /// <summary>State afterwards; null: the same.</summary>
    public DelegationState? To { get; init; }

    /// <summary>The record is gone.</summary>
    public bool Gone { get; init; }

    /// <summary><c>Reason</c> afterwards; null: the same.</summary>
    public int? Reason { get; init; }

    /// <summary>Alerts queued, B's End not counted: who, and which.</summary>
    public string Alerts { get; init; } = "";

    /// <summary>What the row does besides; null with no other state: nothing at all.</summary>
    public Action<Course>? Effect { get; init; }
}

/// <summary>What the events have in common.</summary>
internal static class Happenings
{
    /// <summary>Commands on the record: they are answered. Everything else just happens.</summary>
    public static bool IsCommand(this DelegationEvent happening) => happening
        is <= DelegationEvent.Start
        or (>= DelegationEvent.ConfirmProofGood and <= DelegationEvent.DeleteOfTheRecord)
        or DelegationEvent.BReplacesPins or DelegationEvent.BRotates;

    /// <summary>Events that take nodes or servers out of the tree by themselves.</summary>
    public static bool ChangesTheTree(this DelegationEvent happening) => happening
        is DelegationEvent.AccountOfAGone or DelegationEvent.AccountOfBGone or DelegationEvent.OwnerDeletesTheScope or DelegationEvent.ScopeFinallyDelegatedOn
        or DelegationEvent.ParentEnded or DelegationEvent.FactoryReset;

    /// <summary>The server that has no account any more: nothing can be told to it.</summary>
    public static string? AccountGone(this DelegationEvent happening) => happening switch
    {
        DelegationEvent.AccountOfAGone => Scenarios.Given.A,
        DelegationEvent.AccountOfBGone => Scenarios.Given.B,
        _ => null,
    };

    /// <summary>Events that B hears of in the session in which they happen.</summary>
    public static bool IsInSessionOfB(this DelegationEvent happening) => happening is DelegationEvent.Relinquish or DelegationEvent.ConfirmProofBad;

    /// <summary>
    /// Whether the event reaches the agent at all, to be counted (DEL-291): no timer runs where it does not apply, and a staged record has no
    /// nodes yet.
    /// </summary>
    public static bool IsNoticed(this Case one) => (one.On != DelegationEvent.OwnerDeletesTheScope || one.State != DelegationState.Staged) && one.On
        is DelegationEvent.BAuthenticated or DelegationEvent.LoginOfBFailed
        or DelegationEvent.Restart or DelegationEvent.RebootClockTrusted or DelegationEvent.RebootClockNotTrusted or DelegationEvent.ClockTrusted
        or DelegationEvent.AccountOfAGone or DelegationEvent.AccountOfBGone or DelegationEvent.OwnerDeletesTheScope;
}
