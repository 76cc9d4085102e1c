using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Startup;

namespace DmDelegation.Agent.Checks;

/// <summary>Whether somebody vouches for the wall clock, and whether the agent goes by it.</summary>
internal static class ClockCheck
{
    // Own choice: what certificates and people do not mind.
    private const int OffsetSeconds = 60;

    /// <summary>The check.</summary>
    public static Check Check { get; } = Check.AtOnce("clock", Run);

    private static void Run(CheckContext context, Findings findings)
    {
        var wall = StatusQuery.TimeText(context.Clock.Wall);
        if (context.Clock.Wall < BuildFacts.BuildTime)
            findings.Error("past", $"the wall clock says {wall}, which is before this agent was built", "set the clock, or let it be synchronised");
        else if (context.Clock.WallTrusted)
            findings.Ok("trusted", $"the wall clock is trusted and says {wall}");
        else
            findings.Warning("untrusted", $"nobody vouches for the wall clock, which says {wall} (clock.trust)", "let the clock be synchronised");

        if (context.Status is not { } status)
        {
            findings.Skipped("agent", $"what the agent takes for the time is not known: {context.WhyNot}");
            return;
        }

        var seconds = (DateTimeOffset.Parse(status.Clock.EffectiveTime) - context.Clock.Wall).TotalSeconds;
        if (Math.Abs(seconds) > OffsetSeconds)
        {
            findings.Warning(
                "offset", $"the agent goes by {status.Clock.EffectiveTime}, {Math.Abs(seconds):0} s {(seconds > 0 ? "ahead of" : "behind")} the wall clock",
                seconds > 0 ? "if the wall clock is right: dmagent clock reset" : "let the clock be synchronised");
        }
        else
        {
            findings.Ok("followed", $"the agent goes by it ({status.Clock.State})");
        }
    }
}
