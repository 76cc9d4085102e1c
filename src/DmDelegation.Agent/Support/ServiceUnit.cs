namespace DmDelegation.Agent.Support;

/// <summary>The unit that the agent is run by.</summary>
internal static class ServiceUnit
{
    /// <summary>Its name.</summary>
    public const string Name = "dmagent.service";
}
