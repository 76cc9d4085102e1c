namespace DmDelegation.Protocol;

/// <summary>
/// What stands where a command is expected and is none that can be executed (AMB-020, REP-018): a command that DM does not use, an unknown
/// element, or a command of DM that is malformed. The rest of the message is intact: one bad command does not block those behind it.
/// The engine chooses the code; it never answers one with the name Status or Results (STA-008, STA-009).
/// </summary>
/// <param name="CmdID">See <see cref="Command"/>; empty when there is none, and so is CmdRef of the answer (AMB-020).</param>
/// <param name="ElementName">The element name as received, at most <see cref="MessageLimits.MaxTextChars"/> characters.</param>
/// <param name="Fault">What is wrong with a command of DM; null when the name is not one of DM's commands.</param>
public sealed record UnknownCommand(string CmdID, string ElementName, MessageFault? Fault = null) : Command(CmdID)
{
    /// <inheritdoc/>
    public override string Name => ElementName;
}
