namespace DmDelegation.Agent.Queries;

/// <summary>What is measured when it is asked for.</summary>
/// <param name="StoreOctets">Size of the store with its log.</param>
/// <param name="Commits">Transactions since the agent started; null if it does not run.</param>
/// <param name="Process">The process; null if the agent does not run.</param>
internal sealed record Measurements(long StoreOctets, long? Commits, ProcessFacts? Process);

/// <summary>The process of the agent.</summary>
/// <param name="Resident">Resident memory, octets.</param>
/// <param name="ResidentAnonymous">That of it which belongs to no file, octets.</param>
/// <param name="ProcessorSeconds">Processor time.</param>
internal sealed record ProcessFacts(long Resident, long ResidentAnonymous, double ProcessorSeconds);
