namespace DmDelegation.Engine.Execution;

/// <summary>
/// A program is at its point of no return (DEL-218). It waits for <see cref="PassPoint"/>; until it has that it can be cancelled, so the
/// order in which the loop takes this and an end decides which of the two it is.
/// </summary>
/// <param name="Number">Number of the operation.</param>
public sealed record OperationAtPoint(long Number) : AgentEvent;

/// <summary>A program has ended, or never began.</summary>
/// <param name="Number">Number of the operation.</param>
/// <param name="Exit">Its exit code, 128 + n after signal n; null if it could not be started.</param>
/// <param name="Output">What it wrote, at most <see cref="DeviceOperation.MaxOutputOctets"/>.</param>
/// <param name="Overflow">It wrote more than that.</param>
/// <param name="Message">Its last line to people, or why it could not be started; for the log.</param>
public sealed record OperationEnded(long Number, int? Exit, ReadOnlyMemory<byte> Output, bool Overflow, string Message) : AgentEvent;

/// <summary>Start a program beside the loop; it comes back as <see cref="OperationAtPoint"/> and <see cref="OperationEnded"/>.</summary>
/// <param name="Number">Number of the operation.</param>
/// <param name="Binding">What to run.</param>
/// <param name="Argument">The last argument, null if it takes none.</param>
public sealed record StartOperation(long Number, OperationBinding Binding, string? Argument) : Effect;

/// <summary>Kill a program with all it started; <see cref="OperationEnded"/> follows (DEL-218).</summary>
/// <param name="Number">Number of the operation.</param>
public sealed record CancelOperation(long Number) : Effect;

/// <summary>Let a program pass its point of no return: from here on nothing cancels it (DEL-218).</summary>
/// <param name="Number">Number of the operation.</param>
public sealed record PassPoint(long Number) : Effect;
